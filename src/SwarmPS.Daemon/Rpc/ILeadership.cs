namespace SwarmPS.Daemon.Rpc;

/// <summary>Who leads.</summary>
internal interface ILeadership
{
    /// <summary>Whether this manager does.</summary>
    bool IsLeader { get; }

    /// <summary>The same, once it is certain: a manager that was just elected leads when what came before it is committed, and is waited for.</summary>
    Task<bool> LeadsAsync(CancellationToken stop);

    /// <summary>Where nodes reach the leader, <c>IP:PORT</c>; null while there is none.</summary>
    string? LeaderAddress { get; }
}
