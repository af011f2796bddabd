using Newtonsoft.Json;
using SwarmPS.Api;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api.Queries;

/// <summary>Something that happened to an object of the swarm, as <c>/events</c> tells it.</summary>
internal sealed record SwarmEvent
{
    /// <summary>The kind of object: service, node, task, network, secret, config.</summary>
    public string Type { get; init; } = "";

    /// <summary>What happened: create, update, remove.</summary>
    public string Action { get; init; } = "";

    /// <summary>To whom, and what of it changed.</summary>
    public SwarmEventActor Actor { get; init; } = new("", ValueMap<string>.Empty);

    /// <summary>How far it reaches.</summary>
    [JsonProperty("scope")]
    public string Scope { get; init; } = "swarm";

    /// <summary>When, in seconds since 1970.</summary>
    [JsonProperty("time")]
    public long Time { get; init; }

    /// <summary>When, in nanoseconds since 1970.</summary>
    [JsonProperty("timeNano")]
    public long TimeNano { get; init; }

    /// <summary>Its place among all events of the swarm, on every manager the same: a client that lost its stream goes on after it.</summary>
    [JsonProperty("index")]
    public EventIndex Index { get; init; }

    /// <summary>The event of a change, or null where there is none to tell.</summary>
    /// <param name="change">The change.</param>
    /// <param name="now">When the object is gone, which its last state does not tell.</param>
    public static SwarmEvent? Of(ObjectChange change, DateTimeOffset now)
    {
        var attributes = change.Object switch
        {
            Service service => Of((Service?)change.Old, (Service?)change.New, service),
            Node node => Of((Node?)change.Old, (Node?)change.New, node),
            SwarmTask task => Of((SwarmTask?)change.Old, (SwarmTask?)change.New, task),
            Network network => new() { ["name"] = network.Spec.Name ?? "" },
            Secret secret => new() { ["name"] = secret.Spec.Name ?? "" },
            Config config => new() { ["name"] = config.Spec.Name ?? "" },
            _ => null,
        };
        if (attributes is null || (change is { Old: not null, New: not null } && !attributes.Keys.Any(name => name.EndsWith(".new", StringComparison.Ordinal)) && Equals(SpecOf(change.Old), SpecOf(change.New))))
            return null;
        var time = change.New?.UpdatedAt ?? Timestamp.From(now);
        return new()
        {
            Type = change.Kind.ToString().ToLowerInvariant(),
            Action = change.Old is null ? "create" : change.New is null ? "remove" : "update",
            Actor = new(change.Object.Id, new(attributes)),
            Time = time.Nanoseconds / 1_000_000_000,
            TimeNano = time.Nanoseconds,
        };
    }

    /// <summary>What was asked for: a change of it is told even where no attribute shows it.</summary>
    private static object? SpecOf(StoreObject value) => value switch
    {
        Service service => service.Spec,
        Node node => node.Spec,
        Network network => network.Spec,
        Secret secret => secret.Spec,
        Config config => config.Spec,
        _ => null,
    };

    private static Dictionary<string, string> Of(Service? old, Service? now, Service named)
    {
        var attributes = new Dictionary<string, string> { ["name"] = named.Spec.Name ?? "" };
        Changed(attributes, "replicas", old, now, service => service.Spec.Mode?.Replicated?.Replicas?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Changed(attributes, "image", old, now, service => service.Spec.TaskTemplate.ContainerSpec?.Image);
        Changed(attributes, "updatestate", old, now, service => service.UpdateStatus?.State is { } state ? ApiEnumConverter.Word(state) : null);
        return attributes;
    }

    private static Dictionary<string, string> Of(Node? old, Node? now, Node named)
    {
        var attributes = new Dictionary<string, string> { ["name"] = named.Description?.Hostname ?? "" };
        Changed(attributes, "state", old, now, node => ApiEnumConverter.Word(node.Status.State));
        Changed(attributes, "availability", old, now, node => node.Spec.Availability is { } availability ? ApiEnumConverter.Word(availability) : null);
        Changed(attributes, "role", old, now, node => node.Spec.Role is { } role ? ApiEnumConverter.Word(role) : null);
        Changed(attributes, "leader", old, now, node => node.ManagerStatus?.Leader == true ? "true" : "false");
        return attributes;
    }

    private static Dictionary<string, string> Of(SwarmTask? old, SwarmTask? now, SwarmTask named)
    {
        var attributes = new Dictionary<string, string> { ["name"] = named.TaskName, ["service.id"] = named.ServiceId, ["service.name"] = named.ServiceName, ["node.id"] = named.NodeId };
        Changed(attributes, "node", old, now, task => task.NodeId);
        Changed(attributes, "state", old, now, task => ApiEnumConverter.Word(task.Status.State));
        Changed(attributes, "desiredstate", old, now, task => ApiEnumConverter.Word(task.DesiredState));
        Changed(attributes, "error", old, now, task => task.Status.Err ?? "");
        return attributes;
    }

    private static void Changed<T>(Dictionary<string, string> attributes, string name, T? old, T? now, Func<T, string?> read) where T : class
    {
        if (old is null || now is null || read(old) == read(now))
            return;
        if (read(old) is { } before)
            attributes[name + ".old"] = before;
        if (read(now) is { } after)
            attributes[name + ".new"] = after;
    }
}

/// <summary>Whom an event is about.</summary>
/// <param name="Id">The object.</param>
/// <param name="Attributes">Its name, and what changed.</param>
internal sealed record SwarmEventActor([property: JsonProperty("ID")] string Id, ValueMap<string> Attributes);
