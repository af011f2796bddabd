using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using SwarmPS.Api;

namespace SwarmPS.Cmdlets.Connection;

/// <summary>Which daemon a session talks to, and one warm client for each daemon that was talked to.</summary>
internal static class Connections
{
    private static readonly ConditionalWeakTable<Runspace, SwarmEndpoint> Chosen = [];
    private static readonly ConcurrentDictionary<string, SwarmClient> Clients = new(StringComparer.Ordinal);

    /// <summary>The daemon of this session: the one connected to, else <c>$env:SWARMPS_HOST</c>'s, else the default one.</summary>
    public static SwarmEndpoint Endpoint =>
        Runspace.DefaultRunspace is { } session && Chosen.TryGetValue(session, out var chosen) ? chosen : SwarmEndpoint.FromEnvironment();

    /// <summary>A client of this session's daemon.</summary>
    public static SwarmClient Client => ClientOf(Endpoint);

    /// <summary>A client of a daemon.</summary>
    public static SwarmClient ClientOf(SwarmEndpoint endpoint) =>
        Clients.GetOrAdd(endpoint.Address, static (_, known) => new SwarmClient(known), endpoint);

    /// <summary>From now on this session talks to that daemon.</summary>
    public static void Choose(SwarmEndpoint endpoint) => Chosen.AddOrUpdate(Runspace.DefaultRunspace, endpoint);

    /// <summary>From now on this session talks to the daemon it would have talked to at first. False where it did already.</summary>
    public static bool Forget() => Chosen.Remove(Runspace.DefaultRunspace);

    /// <summary>The endpoint of a socket's path or <c>unix://</c> address; a relative path counts from the session's folder.</summary>
    public static SwarmEndpoint Resolve(PSCmdlet cmdlet, string socket) =>
        socket.Contains("://", StringComparison.Ordinal) || Path.IsPathFullyQualified(socket)
            ? SwarmEndpoint.Parse(socket)
            : SwarmEndpoint.Parse(cmdlet.GetUnresolvedProviderPathFromPSPath(socket));
}
