using System.Globalization;
using SwarmPS.Model;
using SwarmPS.Notation;
using SwarmPS.Store;

namespace SwarmPS.Allocation;

/// <summary>Gives a new network what no other has: a VXLAN id and a subnet.</summary>
public static class NetworkAllocation
{
    /// <summary>The VXLAN id of the routing mesh's network.</summary>
    private const uint IngressVni = NetworkOptions.VniFirst - 1;

    /// <summary>The name of the routing mesh's network where the swarm makes it.</summary>
    public const string IngressName = "ingress";

    /// <summary>The network of the routing mesh, made when the first port is published through it. Throws <see cref="SwarmException"/> as <see cref="Allot"/> does.</summary>
    public static Network AllotIngress(Snapshot state, string id)
    {
        if (state.NetworkNamed(IngressName) is not null)
        {
            throw new SwarmException(
                SwarmErrorCode.FailedPrecondition, $"the routing mesh needs a network, and the name {IngressName} is another's: make one of another name with the option ingress, or remove that one");
        }
        return Allot(state, id, new() { Name = IngressName, Ingress = true, Scope = "swarm", DriverConfiguration = new() { Name = NetworkOptions.Driver } });
    }

    /// <summary>The network as the store keeps it. Throws <see cref="SwarmException"/> where what was asked for is taken, or nothing is free.</summary>
    public static Network Allot(Snapshot state, string id, NetworkSpec spec)
    {
        if (spec.Ingress == true && state.Networks.All.FirstOrDefault(network => network.Spec.Ingress == true) is { } ingress)
            throw new SwarmException(SwarmErrorCode.AlreadyExists, $"rpc error: code = AlreadyExists desc = ingress network ({ingress.Id}) is already present: remove {ingress.Spec.Name} first");
        var asked = (spec.IPAMOptions?.Configs).OrEmpty() is [{ Subnet.Length: > 0 } config] ? config : null;
        var subnet = asked is null ? FreeSubnet(state) : Asked(state, asked.Subnet!);
        var options = (spec.DriverConfiguration?.Options).OrEmpty();
        var vni = options.Find(NetworkOptions.Vni) is { } wanted ? AskedVni(state, wanted) : FreeVni(state, spec.Ingress == true);
        var network = new Network
        {
            Id = id,
            Spec = spec,
            DriverState = new() { Name = NetworkOptions.Driver, Options = options.With(NetworkOptions.Vni, vni.ToString(CultureInfo.InvariantCulture)) },
            IPAMOptions = new()
            {
                Driver = new() { Name = NetworkOptions.IpamDriver, Options = spec.IPAMOptions?.Driver?.Options },
                Configs = [new(subnet.ToString(), NullIfEmpty(asked?.Range), NullIfEmpty(asked?.Gateway) ?? Subnet.Write(subnet.First + 1))],
            },
        };
        if (NetworkUse.IsEncrypted(network) && PortAllocation.PublisherOfTunnelPort(state) is { } publisher)
        {
            throw new SwarmException(
                SwarmErrorCode.FailedPrecondition,
                $"encrypted networks need UDP port {NetworkUse.TunnelPort(state.Swarm?.DataPathPort)}, which service {publisher.Spec.Name} publishes: publish another one there first");
        }
        return network;
    }

    /// <summary>A network's VXLAN id; 0 where it has none.</summary>
    public static uint VniOf(Network network) =>
        uint.TryParse(network.DriverState?.Options?.Find(NetworkOptions.Vni), NumberStyles.None, CultureInfo.InvariantCulture, out var vni) ? vni : 0;

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static IEnumerable<(Network Network, Subnet Subnet)> Subnets(Snapshot state)
    {
        foreach (var network in state.Networks.All)
        {
            if (Subnet.TryParse(NetworkUse.SubnetOf(network), out var subnet))
                yield return (network, subnet);
        }
    }

    private static Subnet Asked(Snapshot state, string text)
    {
        if (!Subnet.TryParse(text, out var subnet))
            throw SwarmException.Invalid($"'{text}' is not a subnet");
        var other = Subnets(state).FirstOrDefault(entry => entry.Subnet.Overlaps(subnet));
        return other.Network is null ? subnet : throw new SwarmException(
            SwarmErrorCode.FailedPrecondition,
            $"rpc error: code = FailedPrecondition desc = invalid pool request: Pool overlaps with other one on this address space: {subnet} with {other.Subnet} of network {other.Network.Spec.Name}");
    }

    /// <summary>The lowest free subnet of the swarm's pools.</summary>
    private static Subnet FreeSubnet(Snapshot state)
    {
        var used = Subnets(state).Select(entry => entry.Subnet).OrderBy(subnet => subnet.First).ToList();
        var length = (int)(state.Swarm?.SubnetSize is { } size and > 0 ? size : SwarmDefaults.SubnetSize);
        var pools = state.Swarm?.DefaultAddrPool is { Count: > 0 } own ? own : SwarmDefaults.AddressPool;
        foreach (var text in pools)
        {
            if (Subnet.TryParse(text, out var pool) && pool.PrefixLength <= length && FreeIn(pool, length, used) is { } free)
                return free;
        }
        throw new SwarmException(
            SwarmErrorCode.FailedPrecondition,
            $"rpc error: code = FailedPrecondition desc = no subnet of length {length} is free in the swarm's address pools ({string.Join(", ", pools)}): remove networks that nobody needs, or name a subnet of other addresses");
    }

    private static Subnet? FreeIn(Subnet pool, int length, List<Subnet> used)
    {
        var candidate = (ulong)pool.First;
        var step = 1UL << (32 - length);
        foreach (var taken in used)
        {
            if (candidate + step - 1 > pool.Last || taken.First > candidate + step - 1)
                break;
            if (taken.Last >= candidate)
                candidate = (taken.Last / step + 1) * step;
        }
        return candidate + step - 1 <= pool.Last ? new((uint)candidate, length) : null;
    }

    private static uint AskedVni(Snapshot state, string text)
    {
        var vni = uint.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
        return state.Networks.All.FirstOrDefault(network => VniOf(network) == vni) is not { } other ? vni : throw new SwarmException(
            SwarmErrorCode.FailedPrecondition,
            $"rpc error: code = FailedPrecondition desc = the VXLAN id {vni} is that of network {other.Spec.Name}: name another one, or none");
    }

    private static uint FreeVni(Snapshot state, bool ingress)
    {
        var used = state.Networks.All.Select(VniOf).ToHashSet();
        if (ingress && !used.Contains(IngressVni))
            return IngressVni;
        var vni = NetworkOptions.VniFirst;
        while (used.Contains(vni))
            vni++;
        return vni;
    }
}
