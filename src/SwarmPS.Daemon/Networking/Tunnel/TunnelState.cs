using System.Net;
using SwarmPS.Daemon.Networking.Overlay;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Tunnel;

/// <summary>All that a tunnel should do.</summary>
/// <param name="Keys">The keys that are opened, newest last.</param>
/// <param name="Epoch">The one to seal with.</param>
/// <param name="Peers">The other nodes.</param>
/// <param name="Networks">The encrypted networks that this node has.</param>
internal sealed record TunnelState(
    IReadOnlyList<TunnelKey> Keys, byte Epoch, IReadOnlyList<TunnelPeer> Peers, IReadOnlyList<TunnelNetwork> Networks)
{
    /// <summary>What a node's tunnel should do for its encrypted networks.</summary>
    public static TunnelState Of(IReadOnlyList<NodeNetwork> networks, TunnelKeyRing? keys)
    {
        var ring = keys ?? TunnelKeyRing.Empty;
        return new(
            [.. ring.Keys.Select(key => new TunnelKey((byte)key.Epoch, key.Key.Bytes))],
            (byte)ring.Epoch,
            PeersOf(networks),
            [.. networks.Select(network => new TunnelNetwork(network.Vni, OverlayNames.Tunnel(network.Vni), StationsOf(network)))]);
    }

    /// <summary>The tunnels of the other nodes that take part in any of the networks.</summary>
    public static IReadOnlyList<TunnelPeer> PeersOf(IReadOnlyList<NodeNetwork> networks) =>
        [.. networks.SelectMany(network => network.Tunnels).DistinctBy(peer => peer.Id).Select(peer => new TunnelPeer(peer.Id, new(IPAddress.Parse(peer.DataPath), PortOf(networks))))];

    /// <summary>The UDP port of all tunnels.</summary>
    public static int PortOf(IReadOnlyList<NodeNetwork> networks) => (int)NetworkUse.TunnelPort(networks[0].DataPathPort);

    private static List<TunnelStation> StationsOf(NodeNetwork network)
    {
        var peers = network.Tunnels.DistinctBy(peer => peer.DataPath).ToDictionary(peer => peer.DataPath, peer => peer.Id, StringComparer.Ordinal);
        return [.. network.Gateways.Select(gateway => (gateway.Address, gateway.Mac, gateway.DataPath))
            .Concat(network.Endpoints.Select(endpoint => (endpoint.Address, endpoint.Mac, endpoint.DataPath)))
            .Where(station => peers.ContainsKey(station.DataPath))
            .Select(station => new TunnelStation(IPAddress.Parse(station.Address), Convert.ToUInt64(station.Mac.Replace(":", "", StringComparison.Ordinal), 16), peers[station.DataPath]))];
    }
}

/// <summary>Another node's tunnel.</summary>
/// <param name="Id">Its id, which is another after each start.</param>
/// <param name="Address">Where it listens.</param>
internal sealed record TunnelPeer(ulong Id, IPEndPoint Address);

/// <summary>A network in the tunnel.</summary>
/// <param name="Id">Its VNI.</param>
/// <param name="Device">The name of the device that is its port on the network's bridge.</param>
/// <param name="Stations">What of the network is on other nodes.</param>
internal sealed record TunnelNetwork(uint Id, string Device, IReadOnlyList<TunnelStation> Stations);

/// <summary>A container or gateway on another node.</summary>
/// <param name="Address">Its IPv4 address.</param>
/// <param name="Hardware">Its hardware address, in the low 48 bits.</param>
/// <param name="Peer">The id of its node's tunnel.</param>
internal readonly record struct TunnelStation(IPAddress Address, ulong Hardware, ulong Peer);

/// <summary>What came of bringing a tunnel to a state.</summary>
/// <param name="Made">A device was made, which is on no bridge yet.</param>
/// <param name="Faults">The networks that have no device, by VNI, and why.</param>
internal sealed record TunnelOutcome(bool Made, IReadOnlyDictionary<uint, string> Faults);
