using SwarmPS.Model;
using SwarmPS.Notation;
using SwarmPS.Store;

namespace SwarmPS.Allocation;

/// <summary>Gives services their ports of the routing mesh. They are those of the nodes, so that no two services can have the same.</summary>
public static class PortAllocation
{
    /// <summary>The first port that is chosen where none is asked for.</summary>
    public const uint DynamicFirst = 30_000;

    /// <summary>The last.</summary>
    public const uint DynamicLast = 32_767;

    /// <summary>Where a service can be reached, with these ports and with the virtual addresses that it has.</summary>
    public static Endpoint EndpointOf(Service service, ValueList<PortConfig>? ports) =>
        new() { Spec = service.Spec.EndpointSpec ?? new(), Ports = ports, VirtualIPs = service.Endpoint?.VirtualIPs };

    /// <summary>The service's ports, with those filled in that the swarm chooses; what it chose before stays. Throws <see cref="SwarmException"/> where one is taken.</summary>
    public static ValueList<PortConfig>? Allot(Snapshot state, Service service)
    {
        var (ports, taken) = Try(state, service);
        return taken is null ? ports : throw taken;
    }

    /// <summary>The ports that the service can have, and why not all of them; null where it has all.</summary>
    public static (ValueList<PortConfig>? Ports, SwarmException? Taken) Try(Snapshot state, Service service)
    {
        var ports = service.Spec.EndpointSpec?.Ports;
        if (ports.OrEmpty().Count == 0)
            return (ports, null);
        SwarmException? problem = null;
        var taken = TakenPorts.Of(state, except: service.Id);
        List<PortConfig> given = [.. ports!.Where(port => port.PublishedPort == 0 || (IsMesh(port) ? IsFree(port) : IsFreeOfMesh(port)))];
        for (var i = 0; i < given.Count; i++)
        {
            if (given[i].PublishedPort == 0 && IsMesh(given[i]))
                given[i] = Choose(state, given[i], (service.Endpoint?.Ports).OrEmpty(), taken, service) ?? Problem(given[i], NoneFree(given[i]));
        }
        return (given.ToValueList(), problem);

        bool IsFree(PortConfig port)
        {
            if (IsTunnelPort(state, port))
            {
                problem ??= new(SwarmErrorCode.FailedPrecondition, $"UDP port {port.PublishedPort} carries the swarm's encrypted networks: publish another one");
                return false;
            }
            if (taken.TryAdd(port, service))
                return true;
            problem ??= Taken(port, taken.Holder(port)!.Value);
            return false;
        }

        // Which nodes have a port of theirs free for a task is the scheduler's business; one of the mesh is free on none.
        bool IsFreeOfMesh(PortConfig port)
        {
            if (taken.Holder(port) is not { } held || held.By.Id == service.Id || !IsMesh(held.Port))
                return true;
            problem ??= Taken(port, held);
            return false;
        }

        PortConfig Problem(PortConfig port, SwarmException why)
        {
            problem ??= why;
            return port;
        }
    }

    /// <summary>The service that has the port of encrypted networks; null where none has.</summary>
    public static Service? PublisherOfTunnelPort(Snapshot state) =>
        TakenPorts.Of(state, except: "").Publisher(PortProtocol.Udp, NetworkUse.TunnelPort(state.Swarm?.DataPathPort));

    private static bool IsTunnelPort(Snapshot state, PortConfig port) =>
        (port.Protocol, port.PublishedPort) == (PortProtocol.Udp, NetworkUse.TunnelPort(state.Swarm?.DataPathPort)) && state.Networks.All.Any(NetworkUse.IsEncrypted);

    private static PortConfig? Choose(Snapshot state, PortConfig port, ValueList<PortConfig> before, TakenPorts taken, Service service)
    {
        // An update keeps the port that clients know.
        foreach (var had in before.Where(had => IsMesh(had) && had.PublishedPort is >= DynamicFirst and <= DynamicLast && IsAlike(had, port)))
        {
            var kept = port with { PublishedPort = had.PublishedPort };
            if (taken.TryAdd(kept, service))
                return kept;
        }
        for (var number = DynamicFirst; number <= DynamicLast; number++)
        {
            var chosen = port with { PublishedPort = number };
            if (!IsTunnelPort(state, chosen) && taken.TryAdd(chosen, service))
                return chosen;
        }
        return null;
    }

    /// <summary>Whether a port that has its number is the same one for clients, whatever its address and options are now.</summary>
    private static bool IsAlike(PortConfig had, PortConfig port) =>
        had with { PublishedPort = 0, HostIP = port.HostIP, PreserveSource = port.PreserveSource, PreferLocal = port.PreferLocal } == port;

    private static SwarmException NoneFree(PortConfig port) => new(
        SwarmErrorCode.FailedPrecondition, $"no port from {DynamicFirst} to {DynamicLast} is free for {port.TargetPort}/{(port.Protocol ?? PortProtocol.Tcp).ToString().ToLowerInvariant()}: name another one to publish it on, or remove services that nobody needs");

    private static SwarmException Taken(PortConfig port, (PortConfig Port, Service By) held)
    {
        var mode = IsMesh(held.Port) ? "an ingress" : "a host-published";
        var where = held.Port.HostIP == port.HostIP ? "" : held.Port.HostIP is { } address ? $", on the address {address}" : ", on all addresses";
        return SwarmException.Invalid($"rpc error: code = InvalidArgument desc = port '{Named(port)}' is already in use by service '{held.By.Spec.Name}' ({held.By.Id}) as {mode} port{where}");
    }

    private static string Named(PortConfig port) => port.HostIP is null ? $"{port.PublishedPort}" : PortNotation.Bracketed(port.HostIP) + $":{port.PublishedPort}";

    private static bool IsMesh(PortConfig port) => PublishedPorts.IsMesh(port);
}
