using SwarmPS.Model;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>What of a task concerns its node: where this is the same, nothing needs to be sent. A node's own reports do not change it.</summary>
/// <param name="NodeId">The node it was given to.</param>
/// <param name="Spec">What is to be run.</param>
/// <param name="Desired">How far it should come.</param>
/// <param name="Ports">The ports it publishes.</param>
/// <param name="Networks">The networks it is on.</param>
/// <param name="Resources">The generic resources it got.</param>
internal sealed record AssignedTask(
    string NodeId,
    TaskSpec Spec,
    TaskState Desired,
    ValueList<PortConfig>? Ports,
    ValueList<NetworkAttachment>? Networks,
    ValueList<GenericResource>? Resources)
{
    /// <summary>What concerns a node, or null where no node is concerned: a task that is not assigned for good is none of its business.</summary>
    public static AssignedTask? Of(SwarmTask? task) => task is { NodeId.Length: > 0, Status.State: >= TaskState.Assigned }
        ? new(task.NodeId, task.Spec, task.DesiredState, task.Ports, task.NetworksAttachments, task.AssignedGenericResources)
        : null;
}
