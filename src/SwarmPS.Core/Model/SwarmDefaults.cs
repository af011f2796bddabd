namespace SwarmPS.Model;

/// <summary>What a swarm has where its administrator said nothing: Docker's defaults.</summary>
public static class SwarmDefaults
{
    /// <summary>Ended tasks kept per slot.</summary>
    public const long TaskHistoryRetentionLimit = 5;

    /// <summary>Log entries between two snapshots.</summary>
    public const ulong SnapshotInterval = 10_000;

    /// <summary>How often a node is heard from.</summary>
    public static readonly TimeSpan HeartbeatPeriod = TimeSpan.FromSeconds(5);

    /// <summary>How long a node's certificate is valid.</summary>
    public static readonly TimeSpan NodeCertExpiry = TimeSpan.FromDays(90);

    /// <summary>Where networks take their subnets from.</summary>
    public static readonly ValueList<string> AddressPool = ["10.0.0.0/8"];

    /// <summary>The prefix length of a network's subnet.</summary>
    public const uint SubnetSize = 24;

    /// <summary>The UDP port of the data plane.</summary>
    public const uint DataPathPort = 4789;

    /// <summary>A spec with everything filled in that was left open.</summary>
    public static SwarmSpec Fill(SwarmSpec? asked)
    {
        var spec = asked ?? new();
        return spec with
        {
            Name = "default",
            Labels = spec.Labels.OrEmpty(),
            Orchestration = new(spec.Orchestration?.TaskHistoryRetentionLimit ?? TaskHistoryRetentionLimit),
            Raft = Fill(spec.Raft ?? new()),
            Dispatcher = new(spec.Dispatcher?.HeartbeatPeriod is { } period && period > TimeSpan.Zero ? period : HeartbeatPeriod),
            CAConfig = Fill(spec.CAConfig ?? new()),
            TaskDefaults = spec.TaskDefaults ?? new(),
            EncryptionConfig = new(spec.EncryptionConfig?.AutoLockManagers ?? false),
        };
    }

    private static RaftConfig Fill(RaftConfig raft) => new()
    {
        SnapshotInterval = raft.SnapshotInterval is { } interval and > 0 ? interval : SnapshotInterval,
        KeepOldSnapshots = raft.KeepOldSnapshots ?? 0,
        LogEntriesForSlowFollowers = raft.LogEntriesForSlowFollowers is { } kept and > 0 ? kept : 500,
        ElectionTick = raft.ElectionTick is { } election and > 0 ? election : 10,
        HeartbeatTick = raft.HeartbeatTick is { } heartbeat and > 0 ? heartbeat : 1,
    };

    private static CaConfig Fill(CaConfig ca) => ca with
    {
        NodeCertExpiry = ca.NodeCertExpiry is { } expiry && expiry > TimeSpan.Zero ? expiry : NodeCertExpiry,
    };
}
