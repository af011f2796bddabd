using SwarmPS.Model;

namespace SwarmPS.Cmdlets;

/// <summary>A task of a service.</summary>
public sealed record SwarmTaskView
{
    /// <summary>The task's id.</summary>
    public string Id { get; init; } = "";

    /// <summary>The service's name with the slot, or the node for a global service.</summary>
    public string Name { get; init; } = "";

    /// <summary>The service.</summary>
    public string ServiceId { get; init; } = "";

    /// <summary>Its place among the replicas; 0 for a global service.</summary>
    public ulong Slot { get; init; }

    /// <summary>The image.</summary>
    public string Image { get; init; } = "";

    /// <summary>The node's name; empty before there is one.</summary>
    public string Node { get; init; } = "";

    /// <summary>How far it should come.</summary>
    public TaskState DesiredState { get; init; }

    /// <summary>How far it has come.</summary>
    public TaskState State { get; init; }

    /// <summary>When that was noticed.</summary>
    public DateTime? StateSince { get; init; }

    /// <summary>What is going on.</summary>
    public string Message { get; init; } = "";

    /// <summary>What went wrong, or what the task waits for.</summary>
    public string Error { get; init; } = "";

    /// <summary>The exit code of a container that has ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The engine's id of the container.</summary>
    public string ContainerId { get; init; } = "";

    /// <summary>Published ports on its node.</summary>
    public IReadOnlyList<PortConfig> Ports { get; init; } = [];

    internal static SwarmTaskView Of(SwarmTask task, string service, string node) => new()
    {
        Id = task.Id,
        Name = $"{service}.{(task.Slot == 0 ? task.NodeId : task.Slot)}",
        ServiceId = task.ServiceId,
        Slot = task.Slot,
        Image = task.Spec.ContainerSpec?.Image ?? "",
        Node = node,
        DesiredState = task.DesiredState,
        State = task.Status.State,
        StateSince = task.Status.Timestamp.IsZero ? null : task.Status.Timestamp.ToDateTimeOffset().LocalDateTime,
        Message = task.Status.Message ?? "",
        Error = task.Status.Err ?? "",
        ExitCode = task.Status is { State: >= TaskState.Complete, ContainerStatus: { } ended } ? ended.ExitCode : null,
        ContainerId = task.Status.ContainerStatus?.ContainerId ?? "",
        Ports = task.Status.PortStatus?.Ports.OrEmpty() ?? [],
    };
}
