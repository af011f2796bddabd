using System.Globalization;
using SwarmPS.Model;
using SwarmPS.Orchestration;
using SwarmPS.Scheduling;
using SwarmPS.Store;

namespace SwarmPS.Core.Tests.Orchestration;

/// <summary>A swarm on paper: state and time are set by the test, and the deciders are asked one by one.</summary>
internal sealed class World
{
    private int ids;
    private ulong version;

    public World() => Put(new SwarmObject { Id = "swarm" });

    public Snapshot State { get; private set; } = Snapshot.Empty;

    public Timestamp Now { get; set; } = new(1_000_000_000_000);

    /// <summary>When the last plan asked to be woken.</summary>
    public Timestamp? WakeAt { get; private set; }

    public ulong NextVersion => version + 1;

    public Service Web => State.Services.Find("web")!;

    public World Nodes(params string[] names)
    {
        foreach (var name in names)
            Put(Ready(name));
        return this;
    }

    public static Node Ready(string name) => new()
    {
        Id = name,
        Spec = new() { Role = NodeRole.Worker, Availability = NodeAvailability.Active },
        Status = new() { State = NodeState.Ready },
        Description = new() { Hostname = name, Resources = new() { NanoCPUs = 4_000_000_000, MemoryBytes = 8L << 30 } },
    };

    /// <summary>Creates the service <c>web</c>.</summary>
    public World Create(ulong replicas, TaskSpec? template = null, Func<ServiceSpec, ServiceSpec>? with = null)
    {
        var spec = new ServiceSpec
        {
            Name = "web",
            TaskTemplate = template ?? Image("web:1"),
            Mode = new() { Replicated = new(replicas) },
        };
        Put(ServiceUpdates.Create("web", with is null ? spec : with(spec), NextVersion, Now));
        return this;
    }

    public World CreateGlobal(TaskSpec? template = null) => Create(0, template, spec => spec with { Mode = new() { Global = new() } });

    public World CreateJob(ulong concurrent, ulong total, TaskSpec? template = null) =>
        Create(0, template, spec => spec with { Mode = new() { ReplicatedJob = new(concurrent, total) } });

    public World CreateGlobalJob(TaskSpec? template = null) => Create(0, template, spec => spec with { Mode = new() { GlobalJob = new() } });

    public static TaskSpec Image(string image) => new() { ContainerSpec = new() { Image = image } };

    /// <summary>Updates the service <c>web</c> as a client would.</summary>
    public World Update(Func<ServiceSpec, ServiceSpec> change)
    {
        Put(ServiceUpdates.Apply(Web, change(Web.Spec), NextVersion, Now));
        return this;
    }

    public World UpdateTemplate(Func<TaskSpec, TaskSpec> change) => Update(spec => spec with { TaskTemplate = change(spec.TaskTemplate) });

    public World Scale(ulong replicas) => Update(spec => spec with { Mode = new() { Replicated = new(replicas) } });

    /// <summary>Plans once for the service and for its tasks' places, and makes the changes.</summary>
    public World Plan(string service = "web")
    {
        var plan = Orchestrator.Plan(State, service, Now, NewId);
        WakeAt = plan.WakeAt;
        Apply(plan.Changes);
        Apply(Scheduler.Plan(State, Now).Changes);
        if (plan.More)
            Plan(service);
        return this;
    }

    public World NodeChange(string id, Func<Node, Node> change)
    {
        Put(change(State.Nodes.Find(id)!));
        Apply(NodeTasks.Plan(State, id, Now).Changes);
        return this;
    }

    public World Down(string id) => NodeChange(id, node => node with { Status = node.Status with { State = NodeState.Down } });

    public World Back(string id) => NodeChange(id, node => node with { Status = node.Status with { State = NodeState.Ready } });

    public World Drain(string id) => NodeChange(id, node => node with { Spec = node.Spec with { Availability = NodeAvailability.Drain } });

    public World Later(double seconds)
    {
        Now += TimeSpan.FromSeconds(seconds);
        return this;
    }

    /// <summary>An agent's report, as the dispatcher would take it.</summary>
    public World Report(SwarmTask task, TaskState state)
    {
        var known = State.Tasks.Find(task.Id)!;
        Put(known with { Status = known.Status with { State = state, Timestamp = Now } });
        return this;
    }

    /// <summary>Agents do what they are told until nothing more is to be done: tasks run, tasks told to stop have stopped.</summary>
    public World Settle()
    {
        for (var i = 0; i < 20; i++)
        {
            Plan();
            var due = Tasks.Where(task => task.Status.State is >= TaskState.Assigned and <= TaskState.Running).ToList();
            foreach (var task in due.Where(task => task.DesiredState is TaskState.Running or TaskState.Complete && task.Status.State < TaskState.Running))
                Report(task, TaskState.Running);
            foreach (var task in due.Where(task => task.DesiredState >= TaskState.Shutdown))
                Report(task, TaskState.Shutdown);
        }
        return this;
    }

    public IReadOnlyList<SwarmTask> Tasks => [.. State.Tasks.All.OrderBy(task => task.Slot).ThenBy(task => task.CreatedAt).ThenBy(task => task.Id, StringComparer.Ordinal)];

    public IReadOnlyList<SwarmTask> Live => [.. Tasks.Where(task => task.DesiredState <= TaskState.Running)];

    public SwarmTask LiveIn(ulong slot) => Assert.Single(Live, task => task.Slot == slot);

    public IEnumerable<string> LiveNodes => Live.Select(task => task.NodeId).Order(StringComparer.Ordinal);

    public string Image(SwarmTask task) => State.Tasks.Find(task.Id)!.Spec.ContainerSpec!.Image!;

    public T Put<T>(T value) where T : StoreObject
    {
        Apply([StoreChange.Put(value)]);
        return value;
    }

    public void Delete(StoreObject value) => Apply([StoreChange.Delete(value)]);

    public void Apply(IReadOnlyList<StoreChange> changes)
    {
        version++;
        State = State.With([.. changes.Select(change => change.Object is { } value
            ? StoreChange.Put(value with { Version = new(version), CreatedAt = value.CreatedAt.IsZero ? Now : value.CreatedAt, UpdatedAt = Now })
            : change)]);
    }

    private string NewId() => (++ids).ToString("D4", CultureInfo.InvariantCulture);
}
