using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Names;

/// <summary>What names of one network mean, made anew whenever the network changes; readers never wait.</summary>
internal sealed class NameTable
{
    private const string TasksPrefix = "tasks.";

    private readonly FrozenDictionary<string, IPAddress[]> names;
    private readonly FrozenDictionary<string, NamedTask> tasks;
    private readonly FrozenDictionary<IPAddress, string> pointers;
    private readonly FrozenDictionary<IPAddress, NetworkEndpoint> askers;
    private readonly string suffix;

    public NameTable(NodeNetwork network)
    {
        Network = network;
        suffix = "." + network.Name.ToLowerInvariant();
        var serving = network.Endpoints.Where(endpoint => endpoint.Serving).ToLookup(endpoint => endpoint.Service, endpoint => IPAddress.Parse(endpoint.Address));
        var known = new Dictionary<string, IPAddress[]>(StringComparer.Ordinal);
        foreach (var service in network.Services)
        {
            IPAddress[] own = [.. serving[service.Id]];
            foreach (var name in service.Aliases.Prepend(service.Name).Select(name => name.ToLowerInvariant()).Distinct())
            {
                // Several services may share an alias: all of them answer to it.
                Add(name, service.VirtualAddress.Length > 0 ? [IPAddress.Parse(service.VirtualAddress)] : own);
                Add(TasksPrefix + name, own);
            }
        }
        var services = network.Services.ToDictionary(service => service.Id, service => service.Name.ToLowerInvariant());
        var named = network.Endpoints.Select(endpoint => (Endpoint: endpoint, Service: services.GetValueOrDefault(endpoint.Service, ""))).ToList();
        names = known.ToFrozenDictionary();
        tasks = named.DistinctBy(pair => pair.Endpoint.Task).ToFrozenDictionary(pair => pair.Endpoint.Task.ToLowerInvariant(), pair => new NamedTask(pair.Service, [IPAddress.Parse(pair.Endpoint.Address)]));
        askers = network.Endpoints.DistinctBy(endpoint => endpoint.Address).ToFrozenDictionary(endpoint => IPAddress.Parse(endpoint.Address));
        pointers = named.Select(pair => (pair.Endpoint.Address, Name: pair.Service.Length > 0 ? $"{pair.Service}.{pair.Endpoint.Task}" : pair.Endpoint.Task))
            .Concat(network.Services.Where(service => service.VirtualAddress.Length > 0).Select(service => (Address: service.VirtualAddress, Name: service.Name)))
            .DistinctBy(pair => pair.Address)
            .ToFrozenDictionary(pair => IPAddress.Parse(pair.Address), pair => pair.Name + suffix);

        void Add(string name, IPAddress[] addresses) => known[name] = known.TryGetValue(name, out var others) ? [.. others, .. addresses] : addresses;
    }

    /// <summary>The network.</summary>
    public NodeNetwork Network { get; }

    /// <summary>The endpoint that has an address, or null.</summary>
    public NetworkEndpoint? Asker(IPAddress address) => askers.GetValueOrDefault(address);

    /// <summary>The addresses of a name; none where it has none now, null where there is no such name. The name may end with the network's.</summary>
    public IReadOnlyList<IPAddress>? Find(string name) =>
        names.GetValueOrDefault(name) ?? Task(name) ?? (name.EndsWith(suffix, StringComparison.Ordinal) ? names.GetValueOrDefault(name[..^suffix.Length]) ?? Task(name[..^suffix.Length]) : null);

    /// <summary>The name of an address, or null.</summary>
    public string? NameOf(IPAddress address) => pointers.GetValueOrDefault(address);

    /// <summary>The address that a name for the opposite direction means (<c>4.3.2.1.in-addr.arpa</c>), or null.</summary>
    public static IPAddress? Reversed(string name)
    {
        const string Ending = ".in-addr.arpa";
        if (!name.EndsWith(Ending, StringComparison.Ordinal))
            return null;
        var parts = name[..^Ending.Length].Split('.');
        Span<byte> bytes = stackalloc byte[4];
        for (var place = 0; place < 4; place++)
        {
            if (parts.Length != 4 || !byte.TryParse(parts[3 - place], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[place]))
                return null;
        }
        return new(bytes);
    }

    /// <summary>A task's id, or its whole name: <c>web.3.ID</c>, or <c>web.NODE.ID</c> of a global service.</summary>
    private IPAddress[]? Task(string name)
    {
        var id = name[(name.LastIndexOf('.') + 1)..];
        if (!tasks.TryGetValue(id, out var task))
            return null;
        var isIts = name.Length == id.Length || (task.Service.Length > 0 && name.StartsWith(task.Service + ".", StringComparison.Ordinal));
        return isIts ? task.Addresses : null;
    }

    private sealed record NamedTask(string Service, IPAddress[] Addresses);
}
