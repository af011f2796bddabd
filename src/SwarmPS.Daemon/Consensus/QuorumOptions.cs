using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SwarmPS.Daemon.Forwarding;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Consensus;

/// <summary>What a manager's part among the others is made of.</summary>
internal sealed record QuorumOptions
{
    /// <summary>This manager.</summary>
    public required string NodeId { get; init; }

    /// <summary>Where the log and the state lie.</summary>
    public required SwarmDirectory Directory { get; init; }

    /// <summary>The store.</summary>
    public required SwarmStore Store { get; init; }

    /// <summary>The swarm's data keys.</summary>
    public required Keyring Keyring { get; init; }

    /// <summary>Seals this manager's private key on the disk by the keyring, or opens it, as autolock goes on or off.</summary>
    public Action<bool> SealNodeKey { get; init; } = static _ => { };

    /// <summary>Who is trusted, and who this manager is.</summary>
    public required PeerTrust Trust { get; init; }

    /// <summary>The connections to other managers.</summary>
    public required ManagerChannels Channels { get; init; }

    /// <summary>Where the manager listens for nodes: <c>IP:PORT</c>. The log listens on the port after it.</summary>
    public required string ListenAddr { get; init; }

    /// <summary>Where nodes reach the manager: <c>IP:PORT</c>.</summary>
    public required string AdvertiseAddr { get; init; }

    /// <summary>Whether it founds a swarm.</summary>
    public bool Founding { get; init; }

    /// <summary>Where it has yet to be taken in: the entry of the members that the leader had when it gave the keys; else null.</summary>
    public long? JoinedAfter { get; init; }

    /// <summary>These members: where their logs listen, <c>IP:PORT</c>.</summary>
    public ValueList<string> JoinedTo { get; init; } = [];

    /// <summary>Whether a leader has named a node to this one as a manager.</summary>
    public Func<string, bool> IsNamed { get; init; } = static _ => false;

    /// <summary>Whether it goes on alone with the state that it has.</summary>
    public bool ForceNewQuorum { get; init; }

    /// <summary>Where clients of other managers are answered.</summary>
    public ForwardedCalls Forwarded { get; init; } = new();

    /// <summary>What runs while this manager leads, besides keeping the quorum; if it fails, the manager steps down.</summary>
    public Func<CancellationToken, Task> WhileLeading { get; init; } = static term => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, term);

    /// <summary>Changes the log's options, as tests do.</summary>
    public Func<RaftNodeOptions, RaftNodeOptions> Raft { get; init; } = static options => options;

    /// <summary>Where to log.</summary>
    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The time.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
