using System.Collections.Immutable;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Mesh;

/// <summary>A port of a node, by protocol and number.</summary>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
/// <param name="Number">The number.</param>
/// <param name="Address">The node's address that it is on; empty for all of them.</param>
internal readonly record struct NodePort(string Protocol, uint Number, string Address = "") : IComparable<NodePort>
{
    /// <summary>The port of a node on which the mesh answers.</summary>
    public static NodePort Of(MeshPort port) => new(port.Protocol, port.Published, port.Address);

    /// <inheritdoc/>
    public int CompareTo(NodePort other) => (Number, Protocol, Address).CompareTo((other.Number, other.Protocol, other.Address));

    /// <inheritdoc/>
    public override string ToString() => Address.Length == 0 ? $"{Number}/{Protocol}" : $"{Address}:{Number}/{Protocol}";
}

/// <summary>Where a port leads.</summary>
/// <param name="Target">The port in the containers.</param>
/// <param name="Backends">The addresses of the tasks that serve, in order.</param>
/// <param name="PreservesSource">Tasks on other nodes see their clients' addresses.</param>
internal sealed record MeshTarget(uint Target, ValueList<string> Backends, bool PreservesSource = false);

/// <summary>All that the routing mesh does on a node.</summary>
/// <param name="Ports">The ports that lead somewhere. One without a task that serves is left out: the kernel refuses connections to it.</param>
/// <param name="Local">Addresses of tasks on this node, which see their clients' own addresses.</param>
/// <param name="Subnets">The subnets of the swarm's networks, whose containers could not be answered past this node.</param>
internal sealed record MeshTable(ImmutableSortedDictionary<NodePort, MeshTarget> Ports, ValueList<string> Local, ValueList<string> Subnets)
{
    /// <summary>What a node should do, on the ports that are its own.</summary>
    public static MeshTable Of(NodeNetworks wanted, Func<NodePort, bool> isOwn)
    {
        var serving = wanted.Networks.Where(network => network.Ingress).SelectMany(network => network.Endpoints).Where(endpoint => endpoint.Serving).ToList();
        var byService = serving.ToLookup(endpoint => endpoint.Service);
        var ports = ImmutableSortedDictionary.CreateBuilder<NodePort, MeshTarget>();
        foreach (var port in wanted.Ports.Where(port => isOwn(NodePort.Of(port)) && byService.Contains(port.Service)))
            ports[NodePort.Of(port)] = new(port.Target, [.. Backends(port, [.. byService[port.Service]]).Order(StringComparer.Ordinal)], port.PreservesSource);
        return new(
            ports.ToImmutable(),
            [.. serving.Where(endpoint => endpoint.DataPath.Length == 0).Select(endpoint => endpoint.Address).Order(StringComparer.Ordinal)],
            [.. wanted.Networks.Select(network => network.Subnet).Order(StringComparer.Ordinal)]);
    }

    private static IEnumerable<string> Backends(MeshPort port, IReadOnlyList<NetworkEndpoint> serving)
    {
        var isLocalEnough = port.PrefersLocal && serving.Any(endpoint => endpoint.DataPath.Length == 0);
        return serving.Where(endpoint => !isLocalEnough || endpoint.DataPath.Length == 0).Select(endpoint => endpoint.Address);
    }

    /// <summary>Tasks that no longer are behind a port to which datagrams are sent: what is under way would still lead to them.</summary>
    public static IEnumerable<(NodePort Port, string Backend)> Lost(MeshTable current, MeshTable wanted) =>
        current.Ports.Where(pair => pair.Key.Protocol == "udp")
            .SelectMany(pair => pair.Value.Backends.Except(wanted.Ports.GetValueOrDefault(pair.Key)?.Backends ?? [], StringComparer.Ordinal).Select(lost => (pair.Key, lost)));
}
