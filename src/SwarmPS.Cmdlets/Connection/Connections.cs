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
    private static readonly ConcurrentDictionary<SwarmEndpoint, SwarmClient> Clients = [];

    /// <summary>The daemon of this session: the one connected to, else <c>$env:SWARMPS_HOST</c>'s, else the default one.</summary>
    public static SwarmEndpoint Endpoint =>
        Runspace.DefaultRunspace is { } session && Chosen.TryGetValue(session, out var chosen) ? chosen : SwarmEndpoint.FromEnvironment();

    /// <summary>A client of this session's daemon.</summary>
    public static SwarmClient Client => ClientOf(Endpoint);

    /// <summary>A client of a daemon.</summary>
    public static SwarmClient ClientOf(SwarmEndpoint endpoint) =>
        Clients.GetOrAdd(endpoint, static known => new SwarmClient(known));

    /// <summary>From now on this session talks to that daemon.</summary>
    public static void Choose(SwarmEndpoint endpoint) => Chosen.AddOrUpdate(Runspace.DefaultRunspace, endpoint);

    /// <summary>From now on this session talks to the daemon it would have talked to at first. False where it did already.</summary>
    public static bool Forget() => Chosen.Remove(Runspace.DefaultRunspace);

    /// <summary>The endpoint of a socket's path or an address; a relative path counts from the session's folder.</summary>
    /// <param name="cmdlet">Whose session it is.</param>
    /// <param name="socket">The path or address.</param>
    /// <param name="certificates">The folder of certificates for <c>tcp://</c>, where one is given.</param>
    public static SwarmEndpoint Resolve(PSCmdlet cmdlet, string socket, string? certificates = null) =>
        socket.Contains("://", StringComparison.Ordinal) || Path.IsPathFullyQualified(socket)
            ? SwarmEndpoint.Parse(socket, certificates is null ? null : cmdlet.GetUnresolvedProviderPathFromPSPath(certificates))
            : SwarmEndpoint.Parse(cmdlet.GetUnresolvedProviderPathFromPSPath(socket));
}
