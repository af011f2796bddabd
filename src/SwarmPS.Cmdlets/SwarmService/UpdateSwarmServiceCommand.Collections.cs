using System.Management.Automation;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.SwarmService;

public sealed partial class UpdateSwarmServiceCommand
{
    /// <summary>Environment to add or change.</summary>
    [Parameter]
    [PairsTransformation]
    [Alias("AddEnvironment")]
    public string[]? AddEnv { get; set; }

    /// <summary>Names of variables to take away.</summary>
    [Parameter]
    [Alias("RemoveEnvironment")]
    public string[]? RemoveEnv { get; set; }

    /// <summary>Labels to add or change.</summary>
    [Parameter]
    [PairsTransformation]
    public string[]? AddLabel { get; set; }

    /// <summary>Names of labels to take away.</summary>
    [Parameter]
    public string[]? RemoveLabel { get; set; }

    /// <summary>Labels of the containers to add or change.</summary>
    [Parameter]
    [PairsTransformation]
    public string[]? AddContainerLabel { get; set; }

    /// <summary>Names of labels of the containers to take away.</summary>
    [Parameter]
    public string[]? RemoveContainerLabel { get; set; }

    /// <summary>Constraints to add.</summary>
    [Parameter]
    [ConstraintTransformation]
    public string[]? AddConstraint { get; set; }

    /// <summary>Constraints to take away.</summary>
    [Parameter]
    public string[]? RemoveConstraint { get; set; }

    /// <summary>Mounts to add; one with the same target is replaced.</summary>
    [Parameter]
    [MountTransformation]
    public Mount[]? AddMount { get; set; }

    /// <summary>Targets (paths inside) of mounts to take away.</summary>
    [Parameter]
    public string[]? RemoveMount { get; set; }

    /// <summary>Ports to publish.</summary>
    [Parameter]
    [PortTransformation]
    public PortConfig[]? AddPublish { get; set; }

    /// <summary>Ports of the container, as <c>80</c> or <c>53/udp</c>, that are no longer published.</summary>
    [Parameter]
    public string[]? RemovePublish { get; set; }

    /// <summary>The spec with single entries of its collections added and taken away. What is taken away goes first.</summary>
    private ServiceSpec Amend(ServiceSpec spec)
    {
        var template = spec.TaskTemplate;
        var container = template.ContainerSpec ?? new();
        return spec with
        {
            Labels = Dictionaries.Amend(spec.Labels, AddLabel, RemoveLabel),
            EndpointSpec = AddPublish is null && RemovePublish is null ? spec.EndpointSpec : (spec.EndpointSpec ?? new()) with { Ports = Ports(spec.EndpointSpec?.Ports.OrEmpty() ?? []) },
            TaskTemplate = template with
            {
                ContainerSpec = container with
                {
                    Env = AddEnv is null && RemoveEnv is null ? container.Env : Environments.Of(Environments.Without(container.Env.OrEmpty(), RemoveEnv ?? []), AddEnv ?? []),
                    Labels = Dictionaries.Amend(container.Labels, AddContainerLabel, RemoveContainerLabel),
                    Secrets = AddSecret is null && RemoveSecret is null ? container.Secrets : SecretsOf(container.Secrets.OrEmpty()),
                    Configs = AddConfig is null && RemoveConfig is null ? container.Configs : ConfigsOf(container.Configs.OrEmpty()),
                    Mounts = AddMount is null && RemoveMount is null ? container.Mounts : MountsOf(container.Mounts.OrEmpty()),
                },
                Placement = AddConstraint is null && RemoveConstraint is null
                    ? template.Placement
                    : (template.Placement ?? new()) with { Constraints = ConstraintsOf(template.Placement?.Constraints.OrEmpty() ?? []) },
            },
        };
    }

    private ValueList<Mount> MountsOf(ValueList<Mount> old)
    {
        var gone = (RemoveMount ?? []).Concat((AddMount ?? []).Select(mount => mount.Target)).ToHashSet(StringComparer.Ordinal);
        return old.Where(mount => !gone.Contains(mount.Target)).Concat(AddMount ?? []).ToValueList();
    }

    private ValueList<PortConfig> Ports(ValueList<PortConfig> old)
    {
        var gone = (RemovePublish ?? []).Select(PortNotation.ParseTarget).ToHashSet();
        return old.Where(port => !gone.Contains((port.TargetPort, port.Protocol ?? PortProtocol.Tcp)))
            .Where(port => !Array.Exists(AddPublish ?? [], added => IsSamePlace(port, added)))
            .Concat(AddPublish ?? [])
            .ToValueList();
    }

    /// <summary>The same port outside can lead to one place only; one that the swarm chooses clashes with none but its like.</summary>
    private static bool IsSamePlace(PortConfig port, PortConfig added) => PublishedPorts.Clash(port, added) ||
        ((port.PublishedPort, port.TargetPort, port.Protocol ?? PortProtocol.Tcp) == (added.PublishedPort, added.TargetPort, added.Protocol ?? PortProtocol.Tcp) && port.PublishedPort == 0);

    /// <summary>Constraints compare by what they mean: <c>node.role==manager</c> takes away <c>node.role == manager</c>.</summary>
    private ValueList<string> ConstraintsOf(ValueList<string> old)
    {
        var gone = (RemoveConstraint ?? []).Concat(AddConstraint ?? []).Select(Meaning).ToHashSet(StringComparer.Ordinal);
        return old.Where(text => !gone.Contains(Meaning(text))).Concat(AddConstraint ?? []).ToValueList();
    }

    private static string Meaning(string text) => Constraints.TryParse(text, out var constraint, out _) ? constraint.ToString() : text;
}
