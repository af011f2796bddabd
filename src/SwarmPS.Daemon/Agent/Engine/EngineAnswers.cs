using System.Text.Json;
using Docker.DotNet.Models;
using SwarmPS.Model;
using Platform = SwarmPS.Model.Platform;
using PortConfig = SwarmPS.Model.PortConfig;

namespace SwarmPS.Daemon.Agent.Engine;

/// <summary>Reads the engine's answers into our own words.</summary>
internal static class EngineAnswers
{
    /// <summary>The message of an error's body, or null where there is none.</summary>
    public static string? Message(string? body)
    {
        try
        {
            using var json = JsonDocument.Parse(body ?? "");
            return json.RootElement.TryGetProperty("message", out var message) ? message.GetString() : null;
        }
        catch (JsonException)
        {
            // No JSON: a proxy in between, or an engine about to stop. The whole text is shown instead.
            return string.IsNullOrWhiteSpace(body) ? null : body.Trim();
        }
    }

    /// <summary>A container that was inspected: everything is known.</summary>
    public static EngineContainer Container(ContainerInspectResponse answer) => new()
    {
        Id = answer.ID,
        TaskId = Label(answer.Config?.Labels, AgentLabels.TaskId),
        Condition = Condition(answer.State?.Status),
        Health = Health(answer.State?.Health?.Status),
        Pid = (int)(answer.State?.Pid ?? 0),
        ExitCode = (int)(answer.State?.ExitCode ?? 0),
        Error = answer.State?.Error ?? "",
        Ports = Ports(answer.NetworkSettings?.Ports),
    };

    /// <summary>A container from a list. Old engines tell health only as part of the text for readers.</summary>
    public static EngineContainer Container(ContainerListResponse answer) => new()
    {
        Id = answer.ID,
        TaskId = Label(answer.Labels, AgentLabels.TaskId),
        Condition = Condition(answer.State),
        Health = Health(answer.Health?.Status ?? HealthIn(answer.Status)),
    };

    /// <summary>What the engine and its machine are.</summary>
    public static EngineInfo Info(SystemInfoResponse answer) => new()
    {
        Hostname = answer.Name ?? "",
        Platform = new Platform { Architecture = answer.Architecture, OS = answer.OSType },
        Cpus = answer.NCPU,
        MemoryBytes = answer.MemTotal,
        GenericResources = answer.GenericResources is { Count: > 0 } resources ? resources.Select(Resource).ToValueList() : null,
        Engine = new()
        {
            EngineVersion = answer.ServerVersion,
            Labels = answer.Labels is { Count: > 0 } labels ? new(labels.Select(Split)) : null,
            Plugins = Plugins(answer.Plugins),
        },
    };

    /// <summary>
    /// Published ports, each once: an engine with IPv6 tells those on all addresses once for each family. Ports that it chose may differ between the
    /// families; that of IPv4 counts then.
    /// </summary>
    private static ValueList<PortConfig> Ports(IDictionary<string, IList<PortBinding>>? bound)
    {
        List<PortConfig> ports = [];
        foreach (var (inside, outside) in bound ?? new Dictionary<string, IList<PortBinding>>())
        {
            var parts = inside.Split('/');
            var all = outside ?? [];
            foreach (var binding in all.Where(binding => binding.HostIP != "::" || !all.Any(other => other.HostIP is null or "" or "0.0.0.0")))
            {
                if (!uint.TryParse(parts[0], out var target) || !uint.TryParse(binding.HostPort, out var published))
                    continue;
                PortConfig port = new()
                {
                    Protocol = Protocol(parts.ElementAtOrDefault(1)),
                    TargetPort = target,
                    PublishedPort = published,
                    PublishMode = PublishMode.Host,
                    HostIP = binding.HostIP is null or "" or "0.0.0.0" or "::" ? null : binding.HostIP,
                };
                if (!ports.Contains(port))
                    ports.Add(port);
            }
        }
        return ports.OrderBy(port => port.TargetPort).ThenBy(port => port.Protocol).ThenBy(port => port.PublishedPort).ToValueList();
    }

    private static PortProtocol Protocol(string? word) => word switch
    {
        "udp" => PortProtocol.Udp,
        "sctp" => PortProtocol.Sctp,
        _ => PortProtocol.Tcp,
    };

    private static ContainerCondition Condition(string? word) => word switch
    {
        "created" => ContainerCondition.Created,
        "running" or "paused" or "restarting" => ContainerCondition.Running,
        _ => ContainerCondition.Ended,
    };

    private static ContainerHealth Health(string? word) => word switch
    {
        "starting" => ContainerHealth.Starting,
        "healthy" => ContainerHealth.Healthy,
        "unhealthy" => ContainerHealth.Unhealthy,
        _ => ContainerHealth.None,
    };

    /// <summary><c>Up 3 seconds (health: starting)</c> and the like.</summary>
    private static string? HealthIn(string? status) => status switch
    {
        null => null,
        _ when status.EndsWith("(healthy)", StringComparison.Ordinal) => "healthy",
        _ when status.EndsWith("(unhealthy)", StringComparison.Ordinal) => "unhealthy",
        _ when status.EndsWith("(health: starting)", StringComparison.Ordinal) => "starting",
        _ => null,
    };

    private static string Label(IDictionary<string, string>? labels, string name) =>
        labels is not null && labels.TryGetValue(name, out var value) ? value : "";

    private static KeyValuePair<string, string> Split(string label)
    {
        var equals = label.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? new(label, "") : new(label[..equals], label[(equals + 1)..]);
    }

    private static ValueList<EnginePlugin> Plugins(PluginsInfo? plugins) =>
        Named("Authorization", plugins?.Authorization)
            .Concat(Named("Log", plugins?.Log))
            .Concat(Named("Network", plugins?.Network))
            .Concat(Named("Volume", plugins?.Volume))
            .Distinct()
            .OrderBy(plugin => plugin.Type, StringComparer.Ordinal)
            .ThenBy(plugin => plugin.Name, StringComparer.Ordinal)
            .ToValueList();

    private static IEnumerable<EnginePlugin> Named(string type, IList<string>? names) =>
        (names ?? []).Select(name => new EnginePlugin(type, name));

    private static SwarmPS.Model.GenericResource Resource(Docker.DotNet.Models.GenericResource resource) => new()
    {
        NamedResourceSpec = resource.NamedResourceSpec is { } named ? new(named.Kind, named.Value) : null,
        DiscreteResourceSpec = resource.DiscreteResourceSpec is { } discrete ? new(discrete.Kind, discrete.Value ?? 0) : null,
    };
}
