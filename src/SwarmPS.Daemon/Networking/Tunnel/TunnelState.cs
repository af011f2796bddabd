using System.Net;

namespace SwarmPS.Daemon.Networking.Tunnel;

/// <summary>All that a tunnel should do.</summary>
/// <param name="Keys">The keys that are opened, newest last.</param>
/// <param name="Epoch">The one to seal with.</param>
/// <param name="Peers">The other nodes.</param>
/// <param name="Networks">The encrypted networks that this node has.</param>
internal sealed record TunnelState(
    IReadOnlyList<TunnelKey> Keys, byte Epoch, IReadOnlyList<TunnelPeer> Peers, IReadOnlyList<TunnelNetwork> Networks);

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
