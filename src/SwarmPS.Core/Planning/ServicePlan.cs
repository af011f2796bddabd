using Newtonsoft.Json;
using SwarmPS.Model;

namespace SwarmPS.Planning;

/// <summary>What would come of making or changing a service, decided on a copy of the swarm's state: the answer of <c>POST /swarmps/plan</c>.</summary>
public sealed record ServicePlan
{
    /// <summary>The service; null where it would be new.</summary>
    [JsonProperty("ServiceID")]
    public string? ServiceId { get; init; }

    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The fields that would change.</summary>
    public ValueList<FieldChange> Changes { get; init; } = [];

    /// <summary>Whether tasks would get new containers.</summary>
    public bool ReplacesTasks { get; init; }

    /// <summary>The rules by which tasks would be replaced; null of a job.</summary>
    public UpdateConfig? Rollout { get; init; }

    /// <summary>What would become of tasks, in the order in which it would be begun.</summary>
    public ValueList<PlannedTask> Tasks { get; init; } = [];

    /// <summary>Tasks that would stay as they are.</summary>
    public int Kept { get; init; }

    /// <summary>Whether the rollout is so long that only its beginning was decided; the tasks after it have no <see cref="PlannedTask.Step"/> yet.</summary>
    public bool IsCut { get; init; }
}

/// <summary>What would become of one task of a service.</summary>
public sealed record PlannedTask
{
    /// <summary>What would be done.</summary>
    public TaskAction Action { get; init; }

    /// <summary>Which batch it would belong to, from 1; null where it would not come to its turn.</summary>
    public int? Step { get; init; }

    /// <summary>Its place among the replicas, from 1; 0 of a global service.</summary>
    public ulong Slot { get; init; }

    /// <summary>The task that would stop; null where there is none.</summary>
    [JsonProperty("TaskID")]
    public string? TaskId { get; init; }

    /// <summary>The node of the task that would stop.</summary>
    [JsonProperty("NodeID")]
    public string? NodeId { get; init; }

    /// <summary>That node's name.</summary>
    public string? Node { get; init; }

    /// <summary>The node of the new task; null where there is none, or none that fits.</summary>
    [JsonProperty("NewNodeID")]
    public string? NewNodeId { get; init; }

    /// <summary>That node's name.</summary>
    public string? NewNode { get; init; }

    /// <summary>Why the new task would wait for a node.</summary>
    public string? Err { get; init; }
}

/// <summary>What would be done to a task.</summary>
public enum TaskAction
{
    /// <summary>A task would start where there is none.</summary>
    Create,

    /// <summary>A new task would take its place.</summary>
    Replace,

    /// <summary>It would stop, and none would take its place.</summary>
    Remove,
}
