using System.Collections.Concurrent;
using System.Management.Automation.Runspaces;
using SwarmPS.Api;

namespace SwarmPS.Cmdlets;

/// <summary>The daemon that cmdlets of a PowerShell session talk to.</summary>
/// <param name="Address">Where it answers.</param>
/// <param name="Source">Why that one: <c>Connect-Swarm</c>, the environment, or the default.</param>
public sealed record SwarmConnection(string Address, string Source)
{
    private static readonly ConcurrentDictionary<Guid, SwarmEndpoint> Chosen = new();
    private static readonly ConcurrentDictionary<string, SwarmClient> Clients = new(StringComparer.Ordinal);

    /// <summary>The endpoint of the present session.</summary>
    internal static SwarmEndpoint Current => Chosen.TryGetValue(Session, out var endpoint) ? endpoint : SwarmEndpoint.FromEnvironment();

    private static Guid Session => Runspace.DefaultRunspace.InstanceId;

    /// <summary>The present session's connection, for people to see.</summary>
    internal static SwarmConnection Describe() => new(
        Current.Address,
        Chosen.ContainsKey(Session) ? "Connect-Swarm" : Environment.GetEnvironmentVariable(SwarmEndpoint.Variable) is { Length: > 0 } ? "$env:" + SwarmEndpoint.Variable : "default");

    internal static void Choose(SwarmEndpoint endpoint) => Chosen[Session] = endpoint;

    internal static bool Forget() => Chosen.TryRemove(Session, out _);

    /// <summary>A client that stays warm from cmdlet to cmdlet.</summary>
    internal static SwarmClient ClientOf(SwarmEndpoint endpoint) => Clients.GetOrAdd(endpoint.Address, _ => new SwarmClient(endpoint));
}
