using System.Collections.Immutable;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.VirtualAddresses;

/// <summary>The virtual addresses that a container should know, and the addresses of the tasks behind each, in order.</summary>
internal sealed record VirtualTable(ImmutableSortedDictionary<string, ValueList<string>> Backends)
{
    /// <summary>No virtual address.</summary>
    public static VirtualTable Empty { get; } = new(ImmutableSortedDictionary.Create<string, ValueList<string>>(StringComparer.Ordinal));

    /// <summary>What a container on these networks should know. A service of which no task is serving refuses connections.</summary>
    public static VirtualTable Of(IEnumerable<NodeNetwork> networks)
    {
        var backends = Empty.Backends.ToBuilder();
        foreach (var network in networks)
        {
            var serving = network.Endpoints.Where(endpoint => endpoint.Serving).ToLookup(endpoint => endpoint.Service, endpoint => endpoint.Address);
            foreach (var service in network.Services.Where(service => service.VirtualAddress.Length > 0))
                backends[service.VirtualAddress] = [.. serving[service.Id].Order(StringComparer.Ordinal)];
        }
        return new(backends.ToImmutable());
    }

    /// <summary>Tasks that no longer are behind a virtual address: connections without an end of their own still lead to them.</summary>
    public static IEnumerable<(string Virtual, string Backend)> Lost(VirtualTable current, VirtualTable wanted) =>
        ReferenceEquals(current, wanted)
            ? []
            : current.Backends.Where(pair => !pair.Value.Equals(wanted.Backends.GetValueOrDefault(pair.Key)))
                .SelectMany(pair => pair.Value.Except(wanted.Backends.GetValueOrDefault(pair.Key, []), StringComparer.Ordinal).Select(lost => (pair.Key, lost)));
}
