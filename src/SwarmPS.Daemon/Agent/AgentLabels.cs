using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>Labels that tie a container to its task. Docker's own come first: tools read them.</summary>
internal static class AgentLabels
{
    /// <summary>Marks a container as a task's.</summary>
    public const string Task = "com.docker.swarm.task";

    /// <summary>The task's id.</summary>
    public const string TaskId = "com.docker.swarm.task.id";

    /// <summary>The task's name.</summary>
    public const string TaskName = "com.docker.swarm.task.name";

    /// <summary>The node's id.</summary>
    public const string NodeId = "com.docker.swarm.node.id";

    /// <summary>The service's id.</summary>
    public const string ServiceId = "com.docker.swarm.service.id";

    /// <summary>The service's name.</summary>
    public const string ServiceName = "com.docker.swarm.service.name";

    /// <summary>The swarm's id: what makes a container ours, so that no other swarm's is ever touched.</summary>
    public const string SwarmId = "swarmps.swarm.id";

    /// <summary>The swarm's id of the network that a bridge network of the engine carries.</summary>
    public const string NetworkId = "swarmps.network.id";

    /// <summary>Filters that just this swarm's containers on this node pass.</summary>
    public static IReadOnlyList<string> Own(string swarmId, string nodeId) => [$"{SwarmId}={swarmId}", $"{NodeId}={nodeId}"];

    /// <summary>A container's labels: the spec's, then the task's, then ours, of which none can be overridden.</summary>
    public static Dictionary<string, string> Of(SwarmTask task, string swarmId)
    {
        Dictionary<string, string> labels = [];
        foreach (var (name, value) in (task.Spec.ContainerSpec?.Labels ?? ValueMap<string>.Empty).Concat(task.Labels ?? ValueMap<string>.Empty))
            labels[name] = value;
        labels[Task] = "";
        labels[TaskId] = task.Id;
        labels[TaskName] = task.TaskName;
        labels[NodeId] = task.NodeId;
        labels[ServiceId] = task.ServiceId;
        labels[ServiceName] = task.ServiceName;
        labels[SwarmId] = swarmId;
        return labels;
    }
}
