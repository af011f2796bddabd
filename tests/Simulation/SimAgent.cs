using SwarmPS.Model;

namespace SwarmPS.Simulation;

/// <summary>
/// A node's agent and its containers. It takes its assignments when it is connected, brings containers up and down at its own pace,
/// and repeats a report until it has got through.
/// </summary>
internal sealed class SimAgent(string nodeId, Random random, SimFaults faults)
{
    private SimFaults faults = faults;

    private readonly SortedDictionary<string, Container> containers = new(StringComparer.Ordinal);
    private readonly List<SimReport> reports = [];

    /// <summary>How far the machine's clock is from the leader's.</summary>
    private readonly TimeSpan clockOff = TimeSpan.FromSeconds((random.NextDouble() - 0.5) * 2 * faults.ClocksOffMax);

    public string NodeId => nodeId;

    /// <summary>Whether managers and agent hear one another.</summary>
    public bool Connected { get; set; } = true;

    /// <summary>Whether the machine is on.</summary>
    public bool Up { get; private set; } = true;

    /// <summary>When the connection was lost.</summary>
    public Timestamp LostAt { get; private set; }

    /// <summary>Reports of which it is not known that they have arrived, oldest first.</summary>
    public IReadOnlyList<SimReport> Unconfirmed => reports;

    /// <summary>Containers that run, by task.</summary>
    public IEnumerable<string> Running => containers.Where(entry => entry.Value.State == TaskState.Running).Select(entry => entry.Key);

    /// <summary>The machine goes off; its containers end.</summary>
    public void PowerOff(Timestamp now)
    {
        Disconnect(now);
        Up = false;
    }

    /// <summary>The machine runs on, but no one hears it.</summary>
    public void Disconnect(Timestamp now) => (Connected, LostAt) = (false, now);

    /// <summary>From now on nothing fails and nothing is lost.</summary>
    public void Heal() => faults = SimFaults.None;

    /// <summary>The machine comes back: what ran has failed.</summary>
    public void PowerOn(Timestamp now)
    {
        Up = true;
        Connected = true;
        foreach (var (id, container) in containers.Where(entry => entry.Value.State <= TaskState.Running).ToList())
            Report(id, container, TaskState.Failed, now);
    }

    /// <summary>A process ends by itself.</summary>
    public void End(string taskId, TaskState state, Timestamp now) => Report(taskId, containers[taskId], state, now);

    /// <summary>Takes the assignments of the node as they are.</summary>
    public void Receive(IEnumerable<SwarmTask> tasks)
    {
        var assigned = tasks.Where(task => task.Status.State >= TaskState.Assigned).ToDictionary(task => task.Id, StringComparer.Ordinal);
        foreach (var id in containers.Keys.Where(id => !assigned.ContainsKey(id)).ToList())
            containers.Remove(id);
        foreach (var task in assigned.Values.OrderBy(task => task.Id, StringComparer.Ordinal))
        {
            if (containers.TryGetValue(task.Id, out var known))
                known.Desired = task.DesiredState;
            else if (task.Status.State <= TaskState.Running)
                containers[task.Id] = new() { Desired = task.DesiredState, State = TaskState.Assigned };
        }
    }

    /// <summary>Containers come a step further, each at its own pace.</summary>
    public void Work(Timestamp now)
    {
        foreach (var (id, container) in containers.ToList())
        {
            if (container.State > TaskState.Running || now < container.BusyUntil)
                continue;
            container.BusyUntil = now + TimeSpan.FromSeconds(random.NextDouble() * faults.StepSecondsMax);
            if (container.Desired >= TaskState.Shutdown)
                Report(id, container, TaskState.Shutdown, now);
            else if (container.State < TaskState.Running && random.NextDouble() < faults.StartFails)
                Report(id, container, random.Next(2) == 0 ? TaskState.Rejected : TaskState.Failed, now);
            else if (Next(container) is { } state)
                Report(id, container, state, now);
        }
    }

    /// <summary>A report has arrived.</summary>
    public void Confirm(SimReport report) => reports.Remove(report);

    private static TaskState? Next(Container container) => container.State switch
    {
        TaskState.Assigned => TaskState.Accepted,
        TaskState.Accepted => TaskState.Preparing,
        TaskState.Preparing => TaskState.Ready,
        TaskState.Ready when container.Desired >= TaskState.Running => TaskState.Starting,
        TaskState.Starting => TaskState.Running,
        // The work of a job is done.
        TaskState.Running when container.Desired == TaskState.Complete => TaskState.Complete,
        _ => null,
    };

    private void Report(string id, Container container, TaskState state, Timestamp now)
    {
        container.State = state;
        reports.Add(new(id, new() { State = state, Timestamp = now + clockOff }));
    }

    private sealed class Container
    {
        public TaskState Desired { get; set; }

        public TaskState State { get; set; }

        public Timestamp BusyUntil { get; set; }
    }
}
