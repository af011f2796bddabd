using SwarmPS.Model.Validation;

namespace SwarmPS.Model;

/// <summary>What services ask of networks, and what networks were given.</summary>
public static class NetworkUse
{
    /// <summary>The networks of the swarm that a service's tasks are on, by what the spec calls them.</summary>
    public static IEnumerable<string> SwarmNetworks(ServiceSpec spec) => (spec.TaskTemplate.Networks ?? spec.Networks).OrEmpty()
        .Select(attachment => attachment?.Target ?? "").Where(target => target != "" && !NetworkRules.Predefined.Contains(target));

    /// <summary>The subnet of a network that has been allotted one.</summary>
    public static string? SubnetOf(Network network) => network.IPAMOptions?.Configs is { Count: > 0 } configs ? configs[0].Subnet : null;
}
