using System.Collections.Immutable;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Mesh;

/// <summary>A port of a node, by protocol and number.</summary>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
/// <param name="Number">The number.</param>
internal readonly record struct NodePort(string Protocol, uint Number) : IComparable<NodePort>
{
    /// <inheritdoc/>
    public int CompareTo(NodePort other) => (Number, Protocol).CompareTo((other.Number, other.Protocol));

    /// <inheritdoc/>
    public override string ToString() => $"{Number}/{Protocol}";
}

/// <summary>Where a port leads.</summary>
/// <param name="Target">The port in the containers.</param>
/// <param name="Backends">The addresses of the tasks that serve, in order.</param>
internal sealed record MeshTarget(uint Target, ValueList<string> Backends);

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
        var byService = serving.ToLookup(endpoint => endpoint.Service, endpoint => endpoint.Address);
        var ports = ImmutableSortedDictionary.CreateBuilder<NodePort, MeshTarget>();
        foreach (var port in wanted.Ports.Where(port => isOwn(new(port.Protocol, port.Published)) && byService.Contains(port.Service)))
            ports[new(port.Protocol, port.Published)] = new(port.Target, [.. byService[port.Service].Order(StringComparer.Ordinal)]);
        return new(
            ports.ToImmutable(),
            [.. serving.Where(endpoint => endpoint.DataPath.Length == 0).Select(endpoint => endpoint.Address).Order(StringComparer.Ordinal)],
            [.. wanted.Networks.Select(network => network.Subnet).Order(StringComparer.Ordinal)]);
    }

    /// <summary>Tasks that no longer are behind a port to which datagrams are sent: what is under way would still lead to them.</summary>
    public static IEnumerable<(NodePort Port, string Backend)> Lost(MeshTable current, MeshTable wanted) =>
        current.Ports.Where(pair => pair.Key.Protocol == "udp")
            .SelectMany(pair => pair.Value.Backends.Except(wanted.Ports.GetValueOrDefault(pair.Key)?.Backends ?? [], StringComparer.Ordinal).Select(lost => (pair.Key, lost)));
}
