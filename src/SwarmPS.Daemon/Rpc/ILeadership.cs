namespace SwarmPS.Daemon.Rpc;

/// <summary>Who leads.</summary>
internal interface ILeadership
{
    /// <summary>Whether this manager does.</summary>
    bool IsLeader { get; }

    /// <summary>Where nodes reach the leader, <c>IP:PORT</c>; null while there is none.</summary>
    string? LeaderAddress { get; }
}
