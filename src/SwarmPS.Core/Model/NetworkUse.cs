using SwarmPS.Model.Validation;
using SwarmPS.Store;

namespace SwarmPS.Model;

/// <summary>What services ask of networks, and what networks were given.</summary>
public static class NetworkUse
{
    /// <summary>The networks of the swarm that a service's tasks are on, by what the spec calls them.</summary>
    public static IEnumerable<string> SwarmNetworks(ServiceSpec spec) => (spec.TaskTemplate.Networks ?? spec.Networks).OrEmpty()
        .Select(attachment => attachment?.Target ?? "").Where(target => target != "" && !NetworkRules.Predefined.Contains(target));

    /// <summary>Whether the routing mesh answers for a service: it publishes a port on every node.</summary>
    public static bool UsesMesh(ServiceSpec spec) => (spec.EndpointSpec?.Ports).OrEmpty().Any(port => port.PublishMode is null or PublishMode.Ingress);

    /// <summary>Whether a service's tasks need addresses of the swarm's networks.</summary>
    public static bool NeedsAddresses(ServiceSpec spec) => UsesMesh(spec) || SwarmNetworks(spec).Any();

    /// <summary>The network of the routing mesh; null where nothing was published yet.</summary>
    public static Network? Ingress(Snapshot state) => state.Networks.All.FirstOrDefault(network => network.Spec.Ingress == true);

    /// <summary>The ids of the networks that a service's tasks are on; of the mesh's too. Those that are not there are left out.</summary>
    public static IReadOnlyList<string> NetworksOf(Snapshot state, ServiceSpec spec)
    {
        var named = SwarmNetworks(spec).Select(target => (state.Networks.Find(target) ?? state.NetworkNamed(target))?.Id);
        var mesh = UsesMesh(spec) ? Ingress(state)?.Id : null;
        return [.. named.Append(mesh).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Whether a task has an address in a network.</summary>
    public static bool IsOn(SwarmTask task, string networkId) => task.NetworksAttachments.OrEmpty().Any(attachment => attachment.Network?.Id == networkId);

    /// <summary>Whether a network's packets are encrypted between nodes. An option without a value asks for it, as in Docker.</summary>
    public static bool IsEncrypted(Network network) => network.Spec.DriverConfiguration?.Options?.Find(NetworkOptions.Encrypted) is { } value
        && (value.Length == 0 || (bool.TryParse(value, out var asked) && asked));

    /// <summary>The UDP port of encrypted networks: the one after that of all others.</summary>
    public static uint TunnelPort(uint? dataPathPort) => (dataPathPort is { } port and > 0 ? port : SwarmDefaults.DataPathPort) + 1;

    /// <summary>The subnet of a network that has been allotted one.</summary>
    public static string? SubnetOf(Network network) => network.IPAMOptions?.Configs is { Count: > 0 } configs ? configs[0].Subnet : null;
}
