using System.Globalization;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Overlay;

/// <summary>The bridge network of an engine through which its containers take part in a network of the swarm.</summary>
/// <param name="Name">The engine's name of it, which is the bridge's too.</param>
/// <param name="NetworkId">The swarm's id of it.</param>
/// <param name="Subnet">Its subnet.</param>
/// <param name="Gateway">This node's gateway address in it.</param>
/// <param name="Mtu">The largest packet, in bytes.</param>
/// <param name="Internal">No way out.</param>
internal sealed record EngineNetwork(string Name, string NetworkId, string Subnet, string Gateway, int Mtu, bool Internal)
{
    /// <summary>What an engine should have for a network.</summary>
    public static EngineNetwork Of(NodeNetwork network) =>
        new(OverlayNames.Bridge(network.Vni), network.Id, network.Subnet, network.Gateway, network.Mtu, network.Internal);

    /// <summary>The size of a packet as the engine's option has it.</summary>
    public string MtuText => Mtu.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What the data plane needs of an engine's networks. Calls fail as the engine's other calls do.</summary>
internal interface IEngineNetworks
{
    /// <summary>The engine's networks that were made for a swarm, by the engine's ids.</summary>
    Task<IReadOnlyList<KeyValuePair<string, EngineNetwork>>> ListNetworksAsync(string swarmId, CancellationToken stop);

    /// <summary>Makes one.</summary>
    Task CreateNetworkAsync(string swarmId, EngineNetwork network, CancellationToken stop);

    /// <summary>Removes one; one that is gone counts as removed. Refused while containers are on it.</summary>
    Task RemoveNetworkAsync(string id, CancellationToken stop);
}
