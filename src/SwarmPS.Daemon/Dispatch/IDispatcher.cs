using SwarmPS.Model;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>Tasks that a node has to look after, or what has changed of them.</summary>
/// <param name="Complete">Whether <paramref name="Tasks"/> is all there is: anything else the agent has goes.</param>
/// <param name="Tasks">Tasks that are new or changed.</param>
/// <param name="Removed">Ids of tasks the agent must stop and forget.</param>
public sealed record Assignments(bool Complete, IReadOnlyList<SwarmTask> Tasks, IReadOnlyList<string> Removed)
{
    /// <summary>Secrets and configs that tasks of the node name and that it does not have yet; all of them where this is complete.</summary>
    public IReadOnlyList<AssignedPayload> Payloads { get; init; } = [];

    /// <summary>Ids of secrets and configs that no task of the node names any more.</summary>
    public IReadOnlyList<string> RemovedPayloads { get; init; } = [];

    /// <summary>Networks that the node takes part in and that are new or have changed, each whole; all of them where this is complete.</summary>
    public IReadOnlyList<NodeNetwork> Networks { get; init; } = [];

    /// <summary>Ids of networks that the node takes part in no more.</summary>
    public IReadOnlyList<string> RemovedNetworks { get; init; } = [];

    /// <summary>All ports of the routing mesh, where they have changed; else null.</summary>
    public ValueList<MeshPort>? MeshPorts { get; init; }

    /// <summary>The keys of the node's encrypted networks, where they have changed: empty where it has no such network any more; else null.</summary>
    public TunnelKeyRing? TunnelKeys { get; init; }

    /// <summary>Managers that the node is to come to with a stream.</summary>
    public IReadOnlyList<StreamCall> Calls { get; init; } = [];

    /// <summary>What the node's condition names once the networks and ports told so far are applied; 0 where nothing is asked.</summary>
    public ulong Confirm { get; init; }

    /// <summary>Whether it says nothing.</summary>
    public bool IsEmpty => !Complete && Confirm == 0 && MeshPorts is null && TunnelKeys is null &&
        Tasks.Count + Removed.Count + Payloads.Count + RemovedPayloads.Count + Networks.Count + RemovedNetworks.Count + Calls.Count == 0;
}

/// <summary>A manager wants a stream with a node: output of a task, or a command in one.</summary>
/// <param name="Id">What the node says to be let in; nobody else knows it.</param>
/// <param name="Address">Where the manager is: <c>IP:PORT</c>.</param>
public sealed record StreamCall(string Id, string Address);

/// <summary>A secret or a config that a node gets since a task of it names it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Data">What it holds; no text shows it.</param>
/// <param name="IsTemplate">Whether its placeholders are to be filled in for each task.</param>
public sealed record AssignedPayload(string Id, string Name, Payload Data, bool IsTemplate = false);

/// <summary>How far a task has come on its node.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Status">How far.</param>
public sealed record TaskStatusReport(string TaskId, SwarmTaskStatus Status);

/// <summary>What an agent asks of the managers. The first message of a session is complete, later ones are changes.</summary>
public interface IDispatcher
{
    /// <summary>Opens this node's session and gives its assignments as they come. The node can be ready while the session lasts.</summary>
    /// <param name="description">What the node is.</param>
    /// <param name="condition">Whether it can do a ready node's work; null for a node that does not tell, which is ready with its session.</param>
    /// <param name="stop">Ends the session.</param>
    IAsyncEnumerable<Assignments> OpenSessionAsync(NodeDescription description, ConditionSource? condition, CancellationToken stop);

    /// <summary>Reports statuses; returns once they are durable, so that the agent may forget them.</summary>
    Task ReportAsync(IReadOnlyList<TaskStatusReport> reports, CancellationToken stop);
}
