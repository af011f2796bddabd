using System.ComponentModel;
using Newtonsoft.Json;

namespace SwarmPS.Model;

/// <summary>A task: one container's worth of a service, as <c>GET /tasks</c> shows it.</summary>
public sealed record SwarmTask : StoreObject
{
    /// <summary>Labels of the task.</summary>
    public ValueMap<string>? Labels { get; init; }

    /// <summary>What the service's template said when the task was made.</summary>
    public TaskSpec Spec { get; init; } = new();

    /// <summary>The service it belongs to.</summary>
    [JsonProperty("ServiceID")]
    public string ServiceId { get; init; } = "";

    /// <summary>Its place among the replicas, from 1; 0 for a task of a global service.</summary>
    [JsonProperty(DefaultValueHandling = DefaultValueHandling.Ignore)]
    public ulong Slot { get; init; }

    /// <summary>The node it was given to; empty before.</summary>
    [JsonProperty("NodeID", DefaultValueHandling = DefaultValueHandling.Ignore)]
    [DefaultValue("")]
    public string NodeId { get; init; } = "";

    /// <summary>Generic resources it got on its node.</summary>
    public ValueList<GenericResource>? AssignedGenericResources { get; init; }

    /// <summary>How far it has come.</summary>
    public SwarmTaskStatus Status { get; init; } = new();

    /// <summary>How far it should come.</summary>
    public TaskState DesiredState { get; init; }

    /// <summary>The networks it is on, with its addresses.</summary>
    public ValueList<NetworkAttachment>? NetworksAttachments { get; init; }

    /// <summary>The run of a job it belongs to.</summary>
    public ObjectVersion? JobIteration { get; init; }

    /// <summary>The service's version whose template the task was made of; not shown.</summary>
    [JsonIgnore]
    public ulong SpecVersion { get; init; }

    /// <summary>The service's name when the task was made; names the container. Not shown.</summary>
    [JsonIgnore]
    public string ServiceName { get; init; } = "";

    /// <summary>The service's labels when the task was made; templates read them. Not shown.</summary>
    [JsonIgnore]
    public ValueMap<string>? ServiceLabels { get; init; }

    /// <summary>Ports the task publishes (host mode ones on its own node). Not shown.</summary>
    [JsonIgnore]
    public ValueList<PortConfig>? Ports { get; init; }

    /// <summary>What a restart carried over from the task's predecessor in its slot; null for a first task. Not shown.</summary>
    [JsonIgnore]
    public RestartRecord? Restart { get; init; }

    /// <summary>When the leader first saw it run, noted while its service is being updated; else never. Not shown.</summary>
    [JsonIgnore]
    public Timestamp RunningSince { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override ObjectKind Kind => ObjectKind.Task;

    /// <summary><c>service.slot.id</c>, or <c>service.node.id</c> for a global service: the name of the container.</summary>
    [JsonIgnore]
    public string TaskName => $"{ServiceName}.{(Slot == 0 ? NodeId : Slot.ToString(System.Globalization.CultureInfo.InvariantCulture))}.{Id}";
}

/// <summary>
/// The history of a slot, carried by its newest task. It is part of the store so that a delay and a count outlive a change of leader.
/// </summary>
public sealed record RestartRecord
{
    /// <summary>The task that this one replaces.</summary>
    public string Replaces { get; init; } = "";

    /// <summary>When the task may start at the earliest (the restart delay).</summary>
    public Timestamp NotBefore { get; init; }

    /// <summary>Restarts of this slot under this spec version.</summary>
    public ulong Count { get; init; }

    /// <summary>Failures in a row, none of which came after a good while; the delay grows with them.</summary>
    public ulong Failures { get; init; }

    /// <summary>When those restarts within the policy's window happened, oldest first; empty without a window.</summary>
    public ValueList<Timestamp> Recent { get; init; } = ValueList<Timestamp>.Empty;
}

/// <summary>How far a task has come, and why.</summary>
public sealed record SwarmTaskStatus
{
    /// <summary>When this was noticed.</summary>
    public Timestamp Timestamp { get; init; }

    /// <summary>How far.</summary>
    public TaskState State { get; init; }

    /// <summary>What is going on, for a reader.</summary>
    public string? Message { get; init; }

    /// <summary>What went wrong, or what the task waits for. A task that runs nevertheless is unhealthy, and nobody is led to it.</summary>
    public string? Err { get; init; }

    /// <summary>The container, once there is one.</summary>
    public ContainerStatus? ContainerStatus { get; init; }

    /// <summary>Ports published on the node.</summary>
    public PortStatus? PortStatus { get; init; }
}

/// <summary>The container of a task.</summary>
public sealed record ContainerStatus
{
    /// <summary>The engine's id of the container.</summary>
    [JsonProperty("ContainerID")]
    public string? ContainerId { get; init; }

    /// <summary>The process id on the node; 0 when it does not run.</summary>
    [JsonProperty("PID")]
    public int Pid { get; init; }

    /// <summary>The exit code, once it has ended.</summary>
    public int ExitCode { get; init; }
}

/// <summary>Ports a task publishes on its node.</summary>
/// <param name="Ports">The ports, with those filled in that were chosen by the engine.</param>
public sealed record PortStatus(ValueList<PortConfig>? Ports = null);

/// <summary>A network that a task is on.</summary>
/// <param name="Network">The network.</param>
/// <param name="Addresses">The task's addresses there, with prefix length.</param>
public sealed record NetworkAttachment(Network? Network = null, ValueList<string>? Addresses = null);
