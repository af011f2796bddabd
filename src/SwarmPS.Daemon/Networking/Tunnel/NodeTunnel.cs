using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Tunnel;

/// <summary>
/// A node's end of its encrypted networks, in the namespace of its host. It is opened with the first such network and stays open: a
/// second tunnel of the same id would count from the beginning, under the same keys.
/// </summary>
/// <param name="options">What the plane is told.</param>
[SupportedOSPlatform("linux")]
internal sealed class NodeTunnel(NodePlaneOptions options) : IDisposable
{
    private const int IpLevel = 0, Ip6Level = 41, PathMtu = 14, Path6Mtu = 24;

    private readonly Dictionary<IPEndPoint, int?> carried = [];
    private EncryptedTunnel? tunnel;

    /// <summary>
    /// Brings the tunnel to what the networks and the keys say. Devices that are made are left for others to put on bridges.
    /// </summary>
    /// <param name="networks">The node's encrypted networks.</param>
    /// <param name="keys">Their keys; null where the managers have not given any.</param>
    /// <param name="audit">Look at what there is, whatever is remembered.</param>
    /// <returns>Whether a device was made, the ids of networks that have none, and what does not stand, and why.</returns>
    public (bool Made, IReadOnlyCollection<string> Missing, IReadOnlyList<NetworkToolException> Faults) Apply(IReadOnlyList<NodeNetwork> networks, TunnelKeyRing? keys, bool audit)
    {
        if (networks.Count == 0 && tunnel is null)
            return (false, [], []);
        if (audit)
            carried.Clear();
        var state = TunnelState.Of(networks, keys);
        try
        {
            var outcome = NetworkSpace.Within(options.Space, () => (tunnel ??= Open(TunnelState.PortOf(networks))).Apply(state));
            var missing = networks.Where(network => outcome.Faults.ContainsKey(network.Vni)).ToList();
            var faults = missing.Select(network => Fault($"The encrypted network {network.Name} cannot be made: {outcome.Faults[network.Vni]}", [network]));
            return (outcome.Made, [.. missing.Select(network => network.Id)], [.. faults, .. Unfit(networks, keys)]);
        }
        catch (IOException fault)
        {
            return (false, [.. networks.Select(network => network.Id)], [Fault($"Encrypted networks cannot be made: {fault.Message}", networks)]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => tunnel?.Dispose();

    private EncryptedTunnel Open(int port)
    {
        if (options.TunnelId == 0)
            throw new IOException("this node has no tunnel.");
        var local = IPAddress.TryParse(options.DataPath, out var address) ? address : IPAddress.Any;
        return new(options.TunnelId, new(local, port));
    }

    /// <summary>What stands, but carries nothing.</summary>
    private IEnumerable<NetworkToolException> Unfit(IReadOnlyList<NodeNetwork> networks, TunnelKeyRing? keys)
    {
        if (networks.Count == 0)
            yield break;
        if (keys is null)
        {
            yield return Fault("Encrypted networks carry nothing yet: their keys come from the managers, which this node has not reached since its daemon started.", networks);
            yield break;
        }
        foreach (var peer in TunnelState.PeersOf(networks).Select(peer => peer.Address).Distinct())
        {
            var needed = TunnelHeader.DatagramMax + (peer.AddressFamily == AddressFamily.InterNetworkV6 ? 48 : 28);
            if (CarriedTo(peer) is { } size && size < needed)
            {
                yield return Fault(
                    string.Create(CultureInfo.InvariantCulture, $"The way to {peer.Address} carries packets of {size} bytes, and encrypted networks need {needed}: give the network between the nodes an MTU of at least that."),
                    networks.Where(network => network.Tunnels.Any(other => other.DataPath == peer.Address.ToString())));
            }
        }
    }

    /// <summary>The largest packet on the way to a peer, as far as the kernel knows it.</summary>
    private int? CarriedTo(IPEndPoint peer)
    {
        if (!carried.TryGetValue(peer, out var size))
            carried[peer] = size = NetworkSpace.Within(options.Space, () => Measure(peer));
        return size;
    }

    private static int? Measure(IPEndPoint peer)
    {
        try
        {
            using var socket = new Socket(peer.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(peer);
            var size = new byte[sizeof(int)];
            var is6 = peer.AddressFamily == AddressFamily.InterNetworkV6;
            return socket.GetRawSocketOption(is6 ? Ip6Level : IpLevel, is6 ? Path6Mtu : PathMtu, size) == sizeof(int) ? BitConverter.ToInt32(size) : null;
        }
        catch (SocketException)
        {
            // There is no way there at present.
            return null;
        }
    }

    private static NetworkToolException Fault(string message, IEnumerable<NodeNetwork> networks) => new(message) { Networks = [.. networks.Select(network => network.Id)] };
}
