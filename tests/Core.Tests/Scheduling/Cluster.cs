using System.Globalization;
using SwarmPS.Model;
using SwarmPS.Scheduling;
using SwarmPS.Store;

namespace SwarmPS.Core.Tests.Scheduling;

/// <summary>Nodes and waiting tasks on paper, and a scheduler that follows each change.</summary>
internal sealed class Cluster
{
    private readonly Scheduler scheduler = new();
    private int ids;

    public Snapshot State { get; private set; } = Snapshot.Empty;

    public Timestamp Now { get; set; } = new(1_000_000_000_000);

    public SchedulePlan LastPlan { get; private set; } = new([], null, false);

    public Cluster Nodes(int count, Func<Node, Node>? with = null)
    {
        for (var i = 0; i < count; i++)
        {
            var name = $"n{State.Nodes.Count + 1:D3}";
            var node = new Node
            {
                Id = name,
                Status = new() { State = NodeState.Ready },
                Description = new()
                {
                    Hostname = name,
                    Platform = new() { OS = "linux", Architecture = "x86_64" },
                    Resources = new() { NanoCPUs = 4_000_000_000, MemoryBytes = 4L << 30 },
                },
            };
            Put(with is null ? node : with(node));
        }
        return this;
    }

    public Cluster Tasks(int count, string service = "web", TaskSpec? spec = null, Func<SwarmTask, SwarmTask>? with = null)
    {
        for (var i = 0; i < count; i++)
        {
            var task = new SwarmTask
            {
                Id = (++ids).ToString("D6", CultureInfo.InvariantCulture),
                ServiceId = service,
                SpecVersion = 1,
                Slot = (ulong)ids,
                Spec = spec ?? new(),
                DesiredState = TaskState.Running,
                Status = new() { State = TaskState.Pending, Timestamp = Now },
            };
            Put(with is null ? task : with(task));
        }
        return this;
    }

    public Cluster Plan(int changesMax = int.MaxValue)
    {
        LastPlan = scheduler.Plan(Now, changesMax);
        Assert.Equal(LastPlan.Changes.Count, LastPlan.Changes.Select(change => change.Id).Distinct().Count());
        foreach (var change in LastPlan.Changes)
            Put((SwarmTask)change.Object!);
        return this;
    }

    public IEnumerable<SwarmTask> Of(string service) => State.Tasks.All.Where(task => task.ServiceId == service);

    /// <summary>How many tasks that should run each node has, in the order of the nodes' names.</summary>
    public int[] Loads(string? service = null) => State.Nodes.All.OrderBy(node => node.Id, StringComparer.Ordinal).Select(node => State
        .TasksOfNode(node.Id).Count(task => task.DesiredState <= TaskState.Running && task.Status.State is >= TaskState.Assigned and <= TaskState.Running && (service is null || task.ServiceId == service))).ToArray();

    public SwarmTask Only => Assert.Single(State.Tasks.All);

    public Cluster Change(string id, Func<Node, Node> change)
    {
        Put(change(State.Nodes.Find(id)!));
        return this;
    }

    public Cluster Report(SwarmTask task, TaskState state)
    {
        Put(State.Tasks.Find(task.Id)! with { Status = task.Status with { State = state, Timestamp = Now } });
        return this;
    }

    public void Put(StoreObject value)
    {
        var old = value is Node ? (StoreObject?)State.Nodes.Find(value.Id) : State.Tasks.Find(value.Id);
        State = State.With([StoreChange.Put(value)]);
        scheduler.Observe(new(value.Kind, old, value));
        scheduler.Observe(new(value.Kind, old, value));
    }

    public void Delete(StoreObject value)
    {
        State = State.With([StoreChange.Delete(value)]);
        scheduler.Observe(new(value.Kind, value, null));
    }

    /// <summary>What the last plan is made of is told a second time from an earlier change on, as where it shared a log entry with it.</summary>
    public void TellAgain(params IReadOnlyList<ObjectChange> changes)
    {
        foreach (var change in changes)
            scheduler.Observe(change);
    }
}
