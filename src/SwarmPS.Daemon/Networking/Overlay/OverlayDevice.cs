using System.Collections.Immutable;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Overlay;

/// <summary>A network's VXLAN device, or its device in the tunnel where it is encrypted, and all that is written down with it: who is behind which node.</summary>
internal sealed record OverlayDevice
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>It leads into the tunnel, which makes it and takes it away, and knows itself who is where.</summary>
    public bool IsTunnel { get; init; }

    /// <summary>The VXLAN id; 0 in the tunnel.</summary>
    public required uint Vni { get; init; }

    /// <summary>The address that packets to other nodes come from; empty where the kernel chooses.</summary>
    public required string Local { get; init; }

    /// <summary>The UDP port of the packets; 0 in the tunnel.</summary>
    public required int Port { get; init; }

    /// <summary>The largest packet inside, in bytes.</summary>
    public required int Mtu { get; init; }

    /// <summary>The bridge that it is a port of; empty where it is none.</summary>
    public required string Bridge { get; init; }

    /// <summary>It is up.</summary>
    public bool IsUp { get; init; } = true;

    /// <summary>It learns from packets who is where, which it never should: a container could pretend to be another.</summary>
    public bool Learns { get; init; }

    /// <summary>Hardware addresses on other nodes, and the address of each one's node.</summary>
    public ImmutableSortedDictionary<string, string> Forwarding { get; init; } = Empty;

    /// <summary>Hardware addresses that the bridge looks for behind this device.</summary>
    public ImmutableSortedSet<string> Bridged { get; init; } = [];

    /// <summary>Addresses on other nodes, and the hardware address of each.</summary>
    public ImmutableSortedDictionary<string, string> Neighbours { get; init; } = Empty;

    private static ImmutableSortedDictionary<string, string> Empty { get; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The device that a network should have on this node.</summary>
    /// <param name="network">The network.</param>
    /// <param name="local">This node's data path address; empty where the kernel is to choose.</param>
    public static OverlayDevice Of(NodeNetwork network, string local)
    {
        var (forwarding, neighbours) = (Empty.ToBuilder(), Empty.ToBuilder());
        foreach (var gateway in network.Gateways)
            Add(gateway.Address, gateway.Mac, gateway.DataPath);
        foreach (var endpoint in network.Endpoints.Where(endpoint => endpoint.DataPath.Length > 0))
            Add(endpoint.Address, endpoint.Mac, endpoint.DataPath);
        if (network.Encrypted)
        {
            return new()
            {
                Name = OverlayNames.Tunnel(network.Vni),
                IsTunnel = true,
                Vni = 0,
                Local = "",
                Port = 0,
                Mtu = network.Mtu,
                Bridge = OverlayNames.Bridge(network.Vni),
                Bridged = [.. forwarding.Keys],
            };
        }
        return new()
        {
            Name = OverlayNames.Device(network.Vni),
            Vni = network.Vni,
            Local = local,
            Port = (int)(network.DataPathPort == 0 ? SwarmDefaults.DataPathPort : network.DataPathPort),
            Mtu = network.Mtu,
            Bridge = OverlayNames.Bridge(network.Vni),
            Forwarding = forwarding.ToImmutable(),
            Bridged = [.. forwarding.Keys],
            Neighbours = neighbours.ToImmutable(),
        };

        void Add(string address, string mac, string node)
        {
            var hardware = mac.ToLowerInvariant();
            forwarding[hardware] = node;
            neighbours[address] = hardware;
        }
    }

    /// <summary>The same, but for its entries.</summary>
    public OverlayDevice WithoutEntries() => this with { Forwarding = Empty, Bridged = [], Neighbours = Empty };
}
