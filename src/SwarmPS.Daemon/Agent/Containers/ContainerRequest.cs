using SwarmPS.Daemon.Networking;
using SwarmPS.Model;
using SwarmPS.Notation;
using Wire = Docker.DotNet.Models;

namespace SwarmPS.Daemon.Agent.Containers;

/// <summary>Makes the engine's request for a task's container out of its spec. Pure: the same task gives the same request.</summary>
internal static class ContainerRequest
{
    /// <summary>Networks of the engine itself that a task may name instead of one that spans the swarm.</summary>
    private static readonly string[] Predefined = ["bridge", "host", "none"];

    /// <summary>The request. Throws <see cref="TaskRefusedException"/> where the spec asks for what this node cannot do.</summary>
    public static Wire.CreateContainerParameters Of(SwarmTask task, NodeDescription? node, string swarmId, IReadOnlyList<TaskFile> files, ContainerNetworking? networking = null)
    {
        var spec = task.Spec.ContainerSpec ?? throw new TaskRefusedException($"The task has no container; the runtime '{task.Spec.Runtime}' is not supported.");
        var expand = Expander(TemplateContext.Of(task, node));
        var host = Host(task, spec, files, expand);
        var request = new Wire.CreateContainerParameters
        {
            Name = task.TaskName,
            Image = ImageReferences.WithTag(spec.Image is { Length: > 0 } image ? image : throw new TaskRefusedException("The service names no image.")),
            Labels = AgentLabels.Of(task, swarmId),
            Hostname = spec.Hostname is null ? null! : expand("hostname", spec.Hostname),
            Env = Environment(task, spec, expand),
            WorkingDir = spec.Dir!,
            User = spec.User!,
            StopSignal = spec.StopSignal,
            StopTimeout = spec.StopGracePeriod is { } grace ? TimeSpan.FromSeconds(Math.Ceiling(grace.TotalSeconds)) : null,
            Tty = spec.Tty,
            OpenStdin = spec.OpenStdin,
            Healthcheck = Health(spec.Healthcheck),
            HostConfig = host,
        };
        SetCommand(request, spec);
        ContainerPorts.Publish(request, host, task.Ports);
        if (networking is not null)
            ContainerNetworks.Apply(request, host, networking);
        return request;
    }

    private static Wire.HostConfig Host(SwarmTask task, ContainerSpec spec, IReadOnlyList<TaskFile> files, Expand expand)
    {
        var host = new Wire.HostConfig
        {
            RestartPolicy = new() { Name = Wire.RestartPolicyKind.No },
            NetworkMode = task.NetworksAttachments is { Count: > 0 } ? null! : NetworkMode(task.Spec)!,
            ReadonlyRootfs = spec.ReadOnly,
            Init = spec.Init,
            Isolation = spec.Isolation!,
            GroupAdd = spec.Groups.ListOrNull()!,
            Mounts = ContainerMounts.Of(spec.Mounts, files, expand),
            ExtraHosts = Hosts(spec.Hosts).ToList(),
            DNS = spec.DnsConfig?.Nameservers.ListOrNull()!,
            DNSSearch = spec.DnsConfig?.Search.ListOrNull()!,
            DNSOptions = spec.DnsConfig?.Options.ListOrNull()!,
            Sysctls = spec.Sysctls?.ToDictionary(),
            LogConfig = task.Spec.LogDriver is { } log ? new() { Type = log.Name ?? "", Config = log.Options?.ToDictionary()! } : null!,
        };
        ContainerSecurity.Apply(host, spec);
        ContainerResources.Apply(host, task.Spec.Resources, spec);
        return host;
    }

    /// <summary>The engine's own network that is asked for, or null for the engine's default.</summary>
    private static string? NetworkMode(TaskSpec spec)
    {
        if (spec.Networks is not { Count: > 0 } networks)
            return null;
        if (networks is [{ Target: { } target }] && Predefined.Contains(target))
            return target;
        var names = string.Join(", ", networks.Select(network => network.Target));
        throw new TaskRefusedException($"The networks {names} cannot be joined: the task was given no address there.");
    }

    /// <summary>A command replaces the image's entry point and arguments; arguments alone replace just the image's own.</summary>
    private static void SetCommand(Wire.CreateContainerParameters request, ContainerSpec spec)
    {
        if (spec.Command is { Count: > 0 })
            request.Entrypoint = spec.Command.ToList();
        if (spec.Args is { Count: > 0 })
            request.Cmd = spec.Args.ToList();
    }

    private static List<string> Environment(SwarmTask task, ContainerSpec spec, Expand expand)
    {
        List<string> variables = [];
        foreach (var entry in spec.Env.OrEmpty())
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            variables.Add(equals < 0 ? entry : entry[..(equals + 1)] + expand($"environment variable {entry[..equals]}", entry[(equals + 1)..]));
        }
        variables.AddRange(Resources(task.AssignedGenericResources));
        return variables;
    }

    /// <summary>What generic resources the task got, as <c>DOCKER_RESOURCE_KIND=values</c>.</summary>
    private static IEnumerable<string> Resources(ValueList<GenericResource>? assigned) =>
        assigned.OrEmpty()
            .Select(resource => resource.NamedResourceSpec is { } named
                ? (named.Kind, named.Value)
                : (resource.DiscreteResourceSpec?.Kind, Value: resource.DiscreteResourceSpec?.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)))
            .GroupBy(resource => resource.Kind, StringComparer.Ordinal)
            .Select(kind => $"DOCKER_RESOURCE_{kind.Key?.ToUpperInvariant()}={string.Join(',', kind.Select(resource => resource.Value))}");

    private static Wire.HealthcheckConfig? Health(HealthConfig? health) => health is null ? null : new()
    {
        Test = health.Test.ListOrNull(),
        Interval = NotZero(health.Interval),
        Timeout = NotZero(health.Timeout),
        StartPeriod = NotZero(health.StartPeriod),
        StartInterval = NotZero(health.StartInterval),
        Retries = health.Retries is 0 ? null : health.Retries,
    };

    private static TimeSpan? NotZero(TimeSpan? time) => time == TimeSpan.Zero ? null : time;

    /// <summary>Lines of <c>/etc/hosts</c>, address first, as the engine takes them: <c>name:address</c>, one for each name.</summary>
    private static IEnumerable<string> Hosts(ValueList<string>? lines) =>
        from line in lines.OrEmpty()
        let words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        from name in words.Skip(1)
        select $"{name}:{words[0]}";

    private static Expand Expander(TemplateContext context) => (what, text) =>
    {
        try
        {
            return Templates.Expand(text, context);
        }
        catch (FormatException wrong)
        {
            throw new TaskRefusedException($"The template of the {what} cannot be filled in: {wrong.Message}", wrong);
        }
    };
}

/// <summary>Fills in the templates of a text.</summary>
/// <param name="what">What the text is, for the message where it cannot be done.</param>
/// <param name="text">The text.</param>
internal delegate string Expand(string what, string text);
