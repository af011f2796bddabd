using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Consensus;

/// <summary>What a manager's part in the quorum is made of.</summary>
public sealed record RaftNodeOptions
{
    /// <summary>Where the log and the state lie. The directories must be there.</summary>
    public required SwarmDirectory Directory { get; init; }

    /// <summary>The store to apply the log to.</summary>
    public required SwarmStore Store { get; init; }

    /// <summary>The data keys that entries and state are sealed by.</summary>
    public required Keyring Keyring { get; init; }

    /// <summary>Where to listen for other managers.</summary>
    public required IPEndPoint ListenEndPoint { get; init; }

    /// <summary>Where other managers reach this one: the listening address where nothing is said. It names the member for good.</summary>
    public EndPoint? PublicEndPoint { get; init; }

    /// <summary>Mutual TLS with the other managers; null only where there are none, as in tests.</summary>
    public RaftTls? Tls { get; init; }

    /// <summary>Makes a quorum of this one member, where there is none in the directory yet.</summary>
    public bool ColdStart { get; init; }

    /// <summary>
    /// Waits for a quorum to take this member in. Where neither this nor <see cref="ColdStart"/> is set, the log must be there: a
    /// member that lost it would vote again as if it had not voted before.
    /// </summary>
    public bool Joining { get; init; }

    /// <summary>
    /// While <see cref="Joining"/>: the entry of the members that the leader had when this one asked for the keys. What is said of members up to
    /// there is of an earlier time.
    /// </summary>
    public long JoinedAfter { get; init; }

    /// <summary>While <see cref="Joining"/>: the members that the leader had. They may have to elect one another with this one's vote before it has their log.</summary>
    public IReadOnlyCollection<EndPoint> JoinedTo { get; init; } = [];

    /// <summary>Whether this member is in a quorum already, so that its files must be there.</summary>
    internal bool IsInQuorum => !ColdStart && !Joining;

    /// <summary>Makes a quorum of this one member of the log that is there, though it had others. What only those had is lost.</summary>
    public bool ForceNewQuorum { get; init; }

    /// <summary>The shortest time without a leader after which a member stands for election.</summary>
    public TimeSpan ElectionTimeoutMin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest such time; each election draws one between.</summary>
    public TimeSpan ElectionTimeoutMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Bytes the disk must have free for a change to be accepted: room for the log to go on and for a checkpoint.</summary>
    public long DiskReserveBytes { get; init; } = 16 << 20;

    /// <summary>Runs while this manager leads, beside the store's writer; if it fails, the manager steps down.</summary>
    public Func<CancellationToken, Task>? WhileLeading { get; init; }

    /// <summary>Runs before a follower has entries on the disk, as a test's slow disk.</summary>
    internal Func<CancellationToken, Task> Flushing { get; init; } = static _ => Task.CompletedTask;

    /// <summary>Hears up to which entry is committed, before it is.</summary>
    internal Action<long> Committing { get; init; } = static _ => { };

    /// <summary>Where to log.</summary>
    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Times.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
