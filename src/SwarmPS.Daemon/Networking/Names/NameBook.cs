using System.Net;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Names;

/// <summary>The names of all of a node's networks, and who may ask for which.</summary>
internal sealed class NameBook
{
    private readonly Dictionary<string, NameTable> tables;
    private readonly ILookup<string, NameTable> byTask;

    private NameBook(Dictionary<string, NameTable> tables)
    {
        this.tables = tables;
        // Names are not looked for in the routing mesh's network: whoever is only there knows nobody by name.
        byTask = tables.Values.Where(table => !table.Network.Ingress)
            .SelectMany(table => table.Network.Endpoints.Where(endpoint => endpoint.DataPath.Length == 0).Select(endpoint => (endpoint.Task, table)))
            .ToLookup(pair => pair.Task, pair => pair.table);
    }

    /// <summary>No name.</summary>
    public static NameBook Empty { get; } = new([]);

    /// <summary>The names of networks; what has not changed since <paramref name="before"/> is taken from there.</summary>
    public static NameBook Of(IEnumerable<NodeNetwork> networks, NameBook before) => new(networks.ToDictionary(
        network => network.Id,
        network => before.tables.GetValueOrDefault(network.Id) is { } table && table.Network == network ? table : new(network)));

    /// <summary>Who asks from an address of a network.</summary>
    public NameAsker Asker(string network, IPAddress address)
    {
        if (!tables.TryGetValue(network, out var table) || !IPNetwork.TryParse(table.Network.Subnet, out var subnet) || !subnet.Contains(address))
            return NameAsker.Stranger;
        var endpoint = table.Asker(address);
        var all = endpoint is null ? [] : byTask[endpoint.Task].ToList();
        IReadOnlyList<NameTable> seen = all.Count > 0 ? all : table.Network.Ingress ? [] : [table];
        return new(endpoint is { DataPath.Length: 0 } ? endpoint.Task : null, seen, IsKnown: true, LeadsOut: seen.Count == 0 || seen.Any(one => !one.Network.Internal));
    }
}

/// <summary>Who asks.</summary>
/// <param name="Task">The task on this node; null where it is none that is known.</param>
/// <param name="Tables">The networks whose names it may have, in order.</param>
/// <param name="IsKnown">It is on the network that it asks in.</param>
/// <param name="LeadsOut">One of its networks has a way out, so that other names are any use to it.</param>
internal sealed record NameAsker(string? Task, IReadOnlyList<NameTable> Tables, bool IsKnown, bool LeadsOut)
{
    /// <summary>Somebody from elsewhere.</summary>
    public static NameAsker Stranger { get; } = new(null, [], IsKnown: false, LeadsOut: false);

    /// <summary>The addresses of a name, or null.</summary>
    public IReadOnlyList<IPAddress>? Find(string name) => Tables.Select(table => table.Find(name)).FirstOrDefault(found => found is not null);

    /// <summary>The name of an address, or null.</summary>
    public string? NameOf(IPAddress address) => Tables.Select(table => table.NameOf(address)).FirstOrDefault(found => found is not null);
}
