using SwarmPS.Daemon.Agent;

namespace SwarmPS.Daemon.Composition;

/// <summary>This node's part in a swarm while it runs.</summary>
internal interface ISwarmSession : IAsyncDisposable
{
    /// <summary>This node in its swarm.</summary>
    SwarmMember Member { get; }

    /// <summary>Whether it is a manager's part.</summary>
    bool IsManager { get; }

    /// <summary>The output of tasks: on a manager of all, on a worker of its own.</summary>
    ITaskLogs Logs { get; }

    /// <summary>Commands in tasks, of the same ones.</summary>
    ITaskProcesses Processes { get; }

    /// <summary>Trials of networks: on a manager of all nodes, on a worker its own.</summary>
    INetworkChecks Checks { get; }

    /// <summary>Ends with what broke the session, or with nothing once it was stopped.</summary>
    Task<Exception?> Fault { get; }

    /// <summary>Ends when the node's certificate names another role than its part has: that has to change. To be looked at anew after each time.</summary>
    Task RoleChanged { get; }

    /// <summary>
    /// Waits until a manager is a member of the quorum; nothing is waited for on a worker. Throws <see cref="Model.SwarmException"/> for a <see cref="JoinGoesOnException"/> where
    /// <paramref name="patience"/> is over before that, and where a leader has refused it.
    /// </summary>
    Task UntilMemberAsync(TimeSpan patience, TimeProvider clock, CancellationToken stop);

    /// <summary>Waits until this node may be given tasks, or until <paramref name="patience"/> is over: without an engine it never may.</summary>
    Task UntilReadyAsync(TimeSpan patience, CancellationToken stop);

    /// <summary>Tells the others that this node leaves, as far as that takes no long; null, or why it could not be done.</summary>
    Task<string?> SayGoodbyeAsync(CancellationToken stop);

    /// <summary>Stops and removes the containers of this swarm on this node; false where the engine is out of reach, so that they stay.</summary>
    Task<bool> RemoveTasksAsync(CancellationToken stop);
}
