using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SwarmPS.Daemon.Security;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Rpc;

/// <summary>What a manager needs to answer nodes.</summary>
internal sealed record NodeListenerOptions
{
    /// <summary>Where to listen.</summary>
    public required IPEndPoint EndPoint { get; init; }

    /// <summary>Who is trusted, and who this manager is.</summary>
    public required PeerTrust Trust { get; init; }

    /// <summary>Says which nodes belong to the swarm.</summary>
    public required SwarmStore Store { get; init; }

    /// <summary>Who leads.</summary>
    public required ILeadership Leadership { get; init; }

    /// <summary>What is answered.</summary>
    public required IReadOnlyList<IRpcService> Services { get; init; }

    /// <summary>Hears of messages of nodes that were refused: the node, the call's path and why.</summary>
    public Action<NodeCaller, string, string> Refused { get; init; } = (_, _, _) => { };

    /// <summary>The time.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Where to log.</summary>
    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;
}
