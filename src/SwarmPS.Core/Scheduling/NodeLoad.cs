using SwarmPS.Model;

namespace SwarmPS.Scheduling;

/// <summary>A node with what its tasks take of it.</summary>
internal sealed class NodeLoad(Node node)
{
    // A list, because a port may be had on several addresses, and may be taken twice for a while: where an ended task's earlier state is told once more, after another got it.
    private Dictionary<(PortProtocol Protocol, uint Port), List<PortConfig>>? ports;
    private Dictionary<FailureKey, FailureLog>? failures;
    private GenericStock? generic;
    private long nanoCpusTaken;
    private long memoryBytesTaken;

    /// <summary>The node; another record of the same node takes its place when the node changes.</summary>
    public Node Node { get; set; } = node;

    /// <summary>Tasks on the node that should run.</summary>
    public int ActiveTasks { get; private set; }

    /// <summary>The node's place in the order by <see cref="ActiveTasks"/>; -1 while it takes no tasks.</summary>
    public int Place { get; set; } = -1;

    public GenericStock Generic => generic ??= new();

    public long NanoCpusFree => (Node.Description?.Resources?.NanoCPUs ?? 0) - nanoCpusTaken;

    public long MemoryBytesFree => (Node.Description?.Resources?.MemoryBytes ?? 0) - memoryBytesTaken;

    public bool HasPort(PortConfig port) => ports is not null && ports.TryGetValue(KeyOf(port), out var held) && held.Exists(other => PublishedPorts.Clash(other, port));

    /// <summary>Takes what a task needs, until it has really stopped, and counts it, while it should run.</summary>
    public void Take(SwarmTask task)
    {
        if (task.DesiredState < TaskState.Shutdown)
            ActiveTasks++;
        if (task.Spec.Resources?.Reservations is { } reserved)
        {
            nanoCpusTaken += reserved.NanoCPUs;
            memoryBytesTaken += reserved.MemoryBytes;
        }
        if (task.AssignedGenericResources is { Count: > 0 } generic)
            Generic.Take(generic);
        foreach (var port in task.Ports.OrEmpty().AsSpan())
        {
            if (!IsFixed(port))
                continue;
            if (!(ports ??= []).TryGetValue(KeyOf(port), out var held))
                ports[KeyOf(port)] = held = [];
            held.Add(port);
        }
    }

    /// <summary>Gives back what <see cref="Take"/> took.</summary>
    public void Release(SwarmTask task)
    {
        if (task.DesiredState < TaskState.Shutdown)
            ActiveTasks--;
        if (task.Spec.Resources?.Reservations is { } reserved)
        {
            nanoCpusTaken -= reserved.NanoCPUs;
            memoryBytesTaken -= reserved.MemoryBytes;
        }
        if (task.AssignedGenericResources is { Count: > 0 } generic)
            Generic.Release(generic);
        foreach (var port in task.Ports.OrEmpty().AsSpan())
        {
            if (IsFixed(port) && ports![KeyOf(port)] is var held && held.Remove(port) && held.Count == 0)
                ports.Remove(KeyOf(port));
        }
    }

    public void NoteFailure(SwarmTask task)
    {
        failures ??= [];
        var key = FailureKey.Of(task);
        if (!failures.TryGetValue(key, out var log))
            failures[key] = log = new();
        log.Add(task.Id, task.Status.Timestamp);
    }

    /// <summary>Whether tasks of this service and spec fail here so often that other nodes are tried first.</summary>
    public bool IsFaultyFor(SwarmTask task, Timestamp now) =>
        failures is not null && failures.TryGetValue(FailureKey.Of(task), out var log) && log.IsFaulty(now);

    /// <summary>Whether a port is one that only one task of a node can have.</summary>
    internal static bool IsFixed(PortConfig port) => port.PublishMode == PublishMode.Host && port.PublishedPort != 0;

    private static (PortProtocol Protocol, uint Port) KeyOf(PortConfig port) => (port.Protocol ?? PortProtocol.Tcp, port.PublishedPort);

    private readonly record struct FailureKey(string ServiceId, ulong SpecVersion)
    {
        public static FailureKey Of(SwarmTask task) => new(task.ServiceId, task.SpecVersion);
    }
}
