using Newtonsoft.Json.Linq;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Api.Proxy;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api;

/// <summary>Tells the swarm's networks, and the engine's bridges that carry them, from the engine's other networks.</summary>
internal sealed class SwarmNetworks(ApiServerOptions options, SwarmChanges changes, EngineLink engine)
{
    /// <summary>Whether the swarm has a network of this id or name. The beginning of an id is looked for with the engine first. Only managers know.</summary>
    public bool IsOurs(string input) =>
        SwarmStanding.IsManager(options.Membership) && (changes.State.Networks.Find(input) ?? changes.State.NetworkNamed(input)) is not null;

    /// <summary>Whether a network of the engine's carries one of the swarm's, and so is nobody else's to use.</summary>
    public static bool IsCarrier(JToken network) => (network["Labels"] as JObject)?[AgentLabels.NetworkId] is not null;

    /// <summary>
    /// Throws <see cref="SwarmException"/> where a container that is no task is to be on a network of the swarm: its address would
    /// be none that the swarm has given, and might be another container's.
    /// </summary>
    public async Task CheckIsNotOursAsync(string input, CancellationToken stop)
    {
        if (IsOurs(input) || await FindAsync(input, stop).ConfigureAwait(false) is { } theirs && IsCarrier(theirs))
            throw new SwarmException(
                SwarmErrorCode.Unimplemented,
                $"network {input} cannot be joined: it is the swarm's, and only tasks of services can be on it yet. Run this as a service on the network, or publish a port of the service it should reach");
    }

    /// <summary>The engine's network of a name or id; null where it has none.</summary>
    public async Task<JObject?> FindAsync(string input, CancellationToken stop, string query = "")
    {
        try
        {
            return await engine.GetAsync($"/networks/{Uri.EscapeDataString(input)}{query}", stop).ConfigureAwait(false);
        }
        catch (SwarmException missing) when (missing.Code == SwarmErrorCode.NotFound)
        {
            return null;
        }
    }
}
