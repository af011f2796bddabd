using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Allocation;

/// <summary>Ports of the nodes that services have.</summary>
internal sealed class TakenPorts
{
    private readonly Dictionary<(PortProtocol, uint), List<(PortConfig Port, Service By)>> taken = [];

    /// <summary>Those of all services but one.</summary>
    public static TakenPorts Of(Snapshot state, string except)
    {
        var all = new TakenPorts();
        foreach (var service in state.Services.All.Where(service => service.Id != except))
        {
            foreach (var port in (service.Endpoint?.Ports).OrEmpty().Where(port => port.PublishedPort != 0))
                all.Add(port, service);
        }
        return all;
    }

    /// <summary>Who has a port that a node could not have beside this one: of several the service created first; null where none has.</summary>
    public (PortConfig Port, Service By)? Holder(PortConfig port) => First(On(port).Where(held => PublishedPorts.Clash(held.Port, port)));

    /// <summary>Who has a port of this number, on whatever address: of several the service created first.</summary>
    public Service? Publisher(PortProtocol protocol, uint number) => taken.TryGetValue((protocol, number), out var held) ? First(held)?.By : null;

    /// <summary>Takes a port; false where it is taken.</summary>
    public bool TryAdd(PortConfig port, Service by)
    {
        if (Holder(port) is not null)
            return false;
        Add(port, by);
        return true;
    }

    private static (PortConfig Port, Service By)? First(IEnumerable<(PortConfig Port, Service By)> held) =>
        held.OrderBy(one => one.By.CreatedAt).ThenBy(one => one.By.Id, StringComparer.Ordinal).Cast<(PortConfig, Service)?>().FirstOrDefault();

    private List<(PortConfig Port, Service By)> On(PortConfig port) => taken.GetValueOrDefault((port.Protocol ?? PortProtocol.Tcp, port.PublishedPort)) ?? [];

    private void Add(PortConfig port, Service by)
    {
        var key = (port.Protocol ?? PortProtocol.Tcp, port.PublishedPort);
        if (!taken.TryGetValue(key, out var held))
            taken[key] = held = [];
        held.Add((port, by));
    }
}
