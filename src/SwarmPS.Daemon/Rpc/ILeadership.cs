namespace SwarmPS.Daemon.Rpc;

/// <summary>Who leads.</summary>
internal interface ILeadership
{
    /// <summary>Whether this manager does.</summary>
    bool IsLeader { get; }

    /// <summary>The same, once it is certain: a manager that was just elected leads when what came before it is committed, and is waited for.</summary>
    Task<bool> LeadsAsync(CancellationToken stop);

    /// <summary>Returns when a majority has confirmed that this manager leads, and its state is the newest. Throws <see cref="Model.SwarmException"/> (Unavailable) otherwise.</summary>
    Task ConfirmAsync(CancellationToken stop);

    /// <summary>Where nodes reach the leader, <c>IP:PORT</c>; null while there is none.</summary>
    string? LeaderAddress { get; }
}
