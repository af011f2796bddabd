using Newtonsoft.Json;

namespace SwarmPS.Model;

/// <summary>The swarm itself, as <c>GET /swarm</c> shows it. The store holds one.</summary>
public sealed record SwarmObject : StoreObject
{
    /// <summary>What the administrator wants of the swarm.</summary>
    public SwarmSpec Spec { get; init; } = new();

    /// <summary>The root certificate and the issuer of node certificates.</summary>
    public TlsInfo? TLSInfo { get; init; }

    /// <summary>Whether node certificates are being moved to a new root.</summary>
    public bool RootRotationInProgress { get; init; }

    /// <summary>Address pools that networks take their subnets from.</summary>
    public ValueList<string>? DefaultAddrPool { get; init; }

    /// <summary>The prefix length of a network's subnet: 24 unless told otherwise.</summary>
    public uint SubnetSize { get; init; }

    /// <summary>The UDP port of the data plane: 4789 unless told otherwise.</summary>
    public uint DataPathPort { get; init; }

    /// <summary>The tokens that nodes join with. Only managers' clients see them.</summary>
    public JoinTokens? JoinTokens { get; init; }

    /// <summary>The root's private key, PEM; null where an outside authority signs. In the sealed store alone: never shown, never logged.</summary>
    [JsonIgnore]
    public SecretText? RootKey { get; init; }

    /// <summary>The root that nodes are being moved to; null while there is one root.</summary>
    [JsonIgnore]
    public RootRotation? Rotation { get; init; }

    /// <summary>What managers ask for at each start: <c>SWMKEY-1-…</c>; null where they start unlocked. Shown by <c>/swarm/unlockkey</c> alone, never logged.</summary>
    [JsonIgnore]
    public SecretText? UnlockKey { get; init; }

    /// <summary>The keys of encrypted networks; null while there is no such network. Given to the nodes that take part in one: never shown, never logged.</summary>
    [JsonIgnore]
    public TunnelKeyRing? TunnelKeys { get; init; }

    /// <summary>Nodes that were removed and may still hold a certificate; null where there was none yet.</summary>
    [JsonIgnore]
    public ValueList<RemovedNode>? RemovedNodes { get; init; }

    /// <summary>When the last certificate ends that was issued before the swarm last changed; zero where it never did.</summary>
    [JsonIgnore]
    public Timestamp CertificatesEnd { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override ObjectKind Kind => ObjectKind.Swarm;
}

/// <summary>Text that must not end up in a log or an answer.</summary>
/// <param name="Value">The text.</param>
public sealed record SecretText(string Value)
{
    /// <summary>Never the text.</summary>
    public override string ToString() => "SecretText { … }";
}

/// <summary>The swarm's public trust: what a node needs to know whom to believe.</summary>
/// <param name="TrustRoot">The root certificate, PEM.</param>
/// <param name="CertIssuerSubject">The issuer's distinguished name, DER.</param>
/// <param name="CertIssuerPublicKey">The issuer's public key, DER.</param>
public sealed record TlsInfo(string? TrustRoot = null, string? CertIssuerSubject = null, string? CertIssuerPublicKey = null);

/// <summary>Tokens to join with: <c>SWMTKN-1-…</c>. Treat them as secrets.</summary>
/// <param name="Worker">Joins a worker.</param>
/// <param name="Manager">Joins a manager.</param>
public sealed record JoinTokens(string Worker, string Manager)
{
    /// <summary>Never the tokens: this text may end up in a log.</summary>
    public override string ToString() => "JoinTokens { … }";
}

/// <summary>What the administrator wants of the swarm.</summary>
public sealed record SwarmSpec
{
    /// <summary>Always "default", as in Docker.</summary>
    public string? Name { get; init; }

    /// <summary>The administrator's own notes.</summary>
    public ValueMap<string>? Labels { get; init; }

    /// <summary>How tasks are kept.</summary>
    public OrchestrationConfig? Orchestration { get; init; }

    /// <summary>How the log is kept.</summary>
    public RaftConfig? Raft { get; init; }

    /// <summary>How managers hear of workers.</summary>
    public DispatcherConfig? Dispatcher { get; init; }

    /// <summary>How certificates are issued.</summary>
    public CaConfig? CAConfig { get; init; }

    /// <summary>What tasks get that say nothing of it themselves.</summary>
    public TaskDefaults? TaskDefaults { get; init; }

    /// <summary>Whether managers start locked.</summary>
    public EncryptionConfig? EncryptionConfig { get; init; }
}

/// <summary>How tasks are kept.</summary>
/// <param name="TaskHistoryRetentionLimit">Ended tasks kept per slot: 5 unless told otherwise; below 0 keeps all.</param>
public sealed record OrchestrationConfig(long? TaskHistoryRetentionLimit = null);

/// <summary>How the replicated log is kept.</summary>
public sealed record RaftConfig
{
    /// <summary>Entries between snapshots: 10,000 unless told otherwise.</summary>
    public ulong? SnapshotInterval { get; init; }

    /// <summary>Old snapshots kept.</summary>
    public ulong? KeepOldSnapshots { get; init; }

    /// <summary>Entries kept for followers that are behind.</summary>
    public ulong? LogEntriesForSlowFollowers { get; init; }

    /// <summary>Docker's election time-out in ticks; shown for tools that read it.</summary>
    public int? ElectionTick { get; init; }

    /// <summary>Docker's heartbeat in ticks; shown for tools that read it.</summary>
    public int? HeartbeatTick { get; init; }
}

/// <summary>How managers hear of workers.</summary>
/// <param name="HeartbeatPeriod">The time between two heartbeats of a node; on the wire in nanoseconds.</param>
public sealed record DispatcherConfig(TimeSpan? HeartbeatPeriod = null);

/// <summary>How certificates are issued.</summary>
public sealed record CaConfig
{
    /// <summary>How long a node's certificate is valid: 90 days unless told otherwise, an hour at the least.</summary>
    public TimeSpan? NodeCertExpiry { get; init; }

    /// <summary>Outside authorities that sign for the swarm.</summary>
    public ValueList<ExternalCa>? ExternalCAs { get; init; }

    /// <summary>A root certificate to change to, PEM.</summary>
    public string? SigningCACert { get; init; }

    /// <summary>The key of that root, PEM. Never shown again.</summary>
    public string? SigningCAKey { get; init; }

    /// <summary>Raised to ask for a new root.</summary>
    public ulong? ForceRotate { get; init; }

    /// <summary>Never the key: this text may end up in a log.</summary>
    public override string ToString() => $"CaConfig {{ NodeCertExpiry = {NodeCertExpiry}, ForceRotate = {ForceRotate}, … }}";
}

/// <summary>An outside certificate authority.</summary>
public sealed record ExternalCa
{
    /// <summary>The protocol: <c>cfssl</c>.</summary>
    public string? Protocol { get; init; }

    /// <summary>Where it answers.</summary>
    public string? URL { get; init; }

    /// <summary>The protocol's own options.</summary>
    public ValueMap<string>? Options { get; init; }

    /// <summary>The authority's certificate, PEM.</summary>
    public string? CACert { get; init; }
}

/// <summary>What tasks get that say nothing of it themselves.</summary>
/// <param name="LogDriver">Where output goes.</param>
public sealed record TaskDefaults(LogDriver? LogDriver = null);

/// <summary>Whether managers start locked.</summary>
/// <param name="AutoLockManagers">True to ask for the unlock key at each start.</param>
public sealed record EncryptionConfig(bool? AutoLockManagers = null);
