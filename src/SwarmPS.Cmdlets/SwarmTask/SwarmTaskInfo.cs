using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Cmdlets.SwarmService;
using SwarmPS.Model;
using SwarmPS.Notation;
using ModelTask = SwarmPS.Model.SwarmTask;

namespace SwarmPS.Cmdlets.SwarmTask;

/// <summary>A task: one attempt to run a service's container on one node.</summary>
public sealed record SwarmTaskInfo
{
    internal SwarmTaskInfo(ModelTask task, string service, string place, string node, bool isFormer, DateTimeOffset now)
    {
        var container = task.Spec.ContainerSpec;
        Id = task.Id;
        Name = $"{service}.{place}";
        Service = service;
        ServiceId = task.ServiceId;
        Slot = task.Slot;
        Node = node;
        NodeId = task.NodeId;
        Image = container?.Image ?? "";
        DesiredState = task.DesiredState;
        State = task.Status.State;
        Since = task.Status.Timestamp.ToLocalTime();
        Current = $"{State} {task.Status.Timestamp.Ago(now)}";
        Message = task.Status.Message ?? "";
        Error = task.Status.Err ?? "";
        ContainerId = task.Status.ContainerStatus?.ContainerId ?? "";
        ExitCode = task.Status is { State: >= TaskState.Complete, ContainerStatus: { } ended } ? ended.ExitCode : null;
        Ports = task.Status.PortStatus?.Ports.OrEmpty().Select(PortNotation.Format).ToArray() ?? [];
        IsFormer = isFormer;
        CreatedAt = task.CreatedAt.ToLocalTime();
        UpdatedAt = task.UpdatedAt.ToLocalTime();
        Version = task.Version.Index;
        Spec = task.Spec;
    }

    /// <summary>The task's id.</summary>
    public string Id { get; }

    /// <summary>Service and slot, as <c>web.3</c>; service and node for a global service.</summary>
    public string Name { get; }

    /// <summary>The service's name.</summary>
    public string Service { get; }

    /// <summary>The service's id.</summary>
    public string ServiceId { get; }

    /// <summary>Its place among the replicas, from 1, among the tasks of a job from 0; 0 for a global service.</summary>
    public ulong Slot { get; }

    /// <summary>The name of its node; empty before it has one.</summary>
    public string Node { get; }

    /// <summary>The id of its node.</summary>
    public string NodeId { get; }

    /// <summary>The image of its container.</summary>
    public string Image { get; }

    /// <summary>How far it should come.</summary>
    public TaskState DesiredState { get; }

    /// <summary>How far it has come.</summary>
    public TaskState State { get; }

    /// <summary>Since when.</summary>
    public DateTime Since { get; }

    /// <summary>The state and how long ago it was reached, when this was asked: <c>Running 5 minutes ago</c>.</summary>
    public string Current { get; }

    /// <summary>What is going on.</summary>
    public string Message { get; }

    /// <summary>What went wrong, or what the task waits for.</summary>
    public string Error { get; }

    /// <summary>The engine's id of its container.</summary>
    public string ContainerId { get; }

    /// <summary>The container's exit code, once it has ended.</summary>
    public int? ExitCode { get; }

    /// <summary>Ports published on its node.</summary>
    public string[] Ports { get; }

    /// <summary>Whether a newer task has taken its place.</summary>
    public bool IsFormer { get; }

    /// <summary>When it was made.</summary>
    public DateTime CreatedAt { get; }

    /// <summary>When it last changed.</summary>
    public DateTime UpdatedAt { get; }

    /// <summary>Counts its changes.</summary>
    public ulong Version { get; }

    /// <summary>What the service's template said when it was made.</summary>
    public TaskSpec Spec { get; }

    /// <summary>The name as tables show it: former tasks hang below the one that took their place.</summary>
    public string DisplayName => IsFormer ? $" \\_ {Name}" : Name;

    /// <summary>The image as tables show it: without its digest.</summary>
    public string DisplayImage => SwarmServiceInfo.WithoutDigest(Image);
}
