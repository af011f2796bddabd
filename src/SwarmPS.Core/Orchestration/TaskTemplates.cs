using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Orchestration;

/// <summary>Makes tasks as a service wants them, and tells whether a task still is as its service wants it.</summary>
public static class TaskTemplates
{
    /// <summary>
    /// Whether a task must be replaced to be as its service wants it now. A change of placement that the task's node meets asks for
    /// no new task, nor do new registry credentials.
    /// </summary>
    public static bool IsOutdated(Snapshot state, Service service, SwarmTask task)
    {
        if (task.JobIteration != service.JobStatus?.JobIteration)
            return true;
        if (task.SpecVersion == service.SpecVersion)
            return false;
        if (!HostPorts(service.Spec).Equals(task.Ports ?? ValueList<PortConfig>.Empty) || LacksMesh(state, service, task))
            return true;
        var wanted = SpecOf(service, state.Swarm);
        return Bare(wanted) != Bare(task.Spec) ||
            !(wanted.Placement == task.Spec.Placement || Allows(wanted.Placement, task.Spec.Placement, state.Nodes.Find(task.NodeId)));
    }

    /// <summary>Whether containers of one spec would differ from those of the other.</summary>
    internal static bool AsksForNewTasks(ServiceSpec before, ServiceSpec after) =>
        before.TaskTemplate != after.TaskTemplate ||
        !Equals(before.Networks, after.Networks) ||
        (NetworkUse.UsesMesh(after) && !NetworkUse.UsesMesh(before)) ||
        !HostPorts(before).Equals(HostPorts(after));

    /// <summary>A new task. It waits for a node, or, where <paramref name="key"/> names one, for the word that it fits there.</summary>
    internal static SwarmTask Create(Draft draft, SlotKey key, TaskState desired, RestartRecord? restart)
    {
        var service = draft.Service;
        return new()
        {
            Id = draft.NewId(),
            CreatedAt = draft.Now,
            ServiceId = service.Id,
            ServiceName = service.Spec.Name ?? "",
            ServiceLabels = service.Spec.Labels,
            Slot = key.Number,
            NodeId = key.NodeId,
            Spec = SpecOf(service, draft.Swarm),
            SpecVersion = service.SpecVersion,
            JobIteration = service.JobStatus?.JobIteration,
            Ports = HostPorts(service.Spec) is { Count: > 0 } ports ? ports : null,
            DesiredState = desired,
            Restart = restart,
            Status = NetworkUse.NeedsAddresses(service.Spec)
                ? new() { State = TaskState.New, Timestamp = draft.Now, Message = "pending address allocation" }
                : new() { State = TaskState.Pending, Timestamp = draft.Now, Message = "pending task scheduling" },
        };
    }

    /// <summary>Whether the routing mesh should lead to a task and cannot. One that is to have its addresses yet gets this one too.</summary>
    private static bool LacksMesh(Snapshot state, Service service, SwarmTask task) =>
        task.Status.State != TaskState.New && NetworkUse.UsesMesh(service.Spec) && NetworkUse.Ingress(state) is { } ingress && !NetworkUse.IsOn(task, ingress.Id);

    /// <summary>The template, with the networks that older clients name beside it, and the swarm's own log driver where it names none.</summary>
    private static TaskSpec SpecOf(Service service, SwarmObject? swarm)
    {
        var template = service.Spec.TaskTemplate;
        if (template.Networks is null && service.Spec.Networks is { } networks)
            template = template with { Networks = networks };
        if (template.LogDriver is null && swarm?.Spec.TaskDefaults?.LogDriver is { } driver)
            template = template with { LogDriver = driver };
        return template;
    }

    private static ValueList<PortConfig> HostPorts(ServiceSpec spec)
    {
        var ports = spec.EndpointSpec?.Ports.OrEmpty() ?? ValueList<PortConfig>.Empty;
        return ports.Any(port => port.PublishMode == PublishMode.Host)
            ? ports.Where(port => port.PublishMode == PublishMode.Host).ToValueList()
            : ValueList<PortConfig>.Empty;
    }

    /// <summary>What containers are made of.</summary>
    private static TaskSpec Bare(TaskSpec spec) => spec with
    {
        Placement = null,
        ContainerSpec = spec.ContainerSpec is { RegistryAuth: not null } container ? container with { RegistryAuth = null } : spec.ContainerSpec,
    };

    private static bool Allows(Placement? wanted, Placement? had, Node? node)
    {
        var (most, mostBefore) = (wanted?.MaxReplicas ?? 0, had?.MaxReplicas ?? 0);
        return node is not null && (most == 0 || (mostBefore != 0 && most >= mostBefore)) && Eligibility.Allows(wanted, node);
    }
}
