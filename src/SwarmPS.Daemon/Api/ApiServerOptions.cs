using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Forwarding;

namespace SwarmPS.Daemon.Api;

/// <summary>What the API server stands on.</summary>
internal sealed record ApiServerOptions
{
    /// <summary>Paths of the unix sockets to listen on.</summary>
    public required IReadOnlyList<string> Sockets { get; init; }

    /// <summary>Where to listen for clients with certificates.</summary>
    public IReadOnlyList<IPEndPoint> Addresses { get; init; } = [];

    /// <summary>The certificate for <see cref="Addresses"/>; null where there are none.</summary>
    public ApiCertificate? Certificate { get; init; }

    /// <summary>Path of the engine's unix socket.</summary>
    public required string EngineSocket { get; init; }

    /// <summary>Where this node stands.</summary>
    public required ISwarmMembership Membership { get; init; }

    /// <summary>The output of tasks.</summary>
    public required ITaskLogs Logs { get; init; }

    /// <summary>Commands in tasks.</summary>
    public required ITaskProcesses Processes { get; init; }

    /// <summary>Trials of networks.</summary>
    public required INetworkChecks Checks { get; init; }

    /// <summary>Where other managers' clients are answered; null where there are none.</summary>
    public ForwardedCalls? Forwarded { get; init; }

    /// <summary>Where events go.</summary>
    public required ILoggerFactory LoggerFactory { get; init; }

    /// <summary>The clock of time limits and events.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Fills a buffer with random bytes: for ids and made-up names.</summary>
    public Action<byte[]> Random { get; init; } = static bytes => RandomNumberGenerator.Fill(bytes);

    /// <summary>The group that may use the sockets besides root, where the machine has it.</summary>
    public string Group { get; init; } = "swarmps";

    /// <summary>How long a change may wait for the swarm to agree on it.</summary>
    public TimeSpan ChangeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a request's body may take before it has to come with a least speed; more than a second.</summary>
    public TimeSpan BodyPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the engine may take for a question of ours.</summary>
    public TimeSpan EngineTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
