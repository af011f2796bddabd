using System.Runtime.Serialization;
using Newtonsoft.Json;

namespace SwarmPS.Model;

/// <summary>A service, as <c>GET /services</c> shows it.</summary>
public sealed record Service : StoreObject
{
    /// <summary>What is wanted.</summary>
    public ServiceSpec Spec { get; init; } = new();

    /// <summary>What was wanted before: what a rollback goes back to.</summary>
    public ServiceSpec? PreviousSpec { get; init; }

    /// <summary>Where the service can be reached.</summary>
    public Endpoint? Endpoint { get; init; }

    /// <summary>How the last update went.</summary>
    public UpdateStatus? UpdateStatus { get; init; }

    /// <summary>Counts of tasks; only in answers that asked for them, never in the store.</summary>
    public ServiceStatus? ServiceStatus { get; init; }

    /// <summary>The last run of a job.</summary>
    public JobStatus? JobStatus { get; init; }

    /// <summary>The version at which <see cref="ServiceSpec.TaskTemplate"/> last changed; tasks carry it. Not shown.</summary>
    [JsonIgnore]
    public ulong SpecVersion { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override ObjectKind Kind => ObjectKind.Service;
}

/// <summary>What is wanted of a service.</summary>
public sealed record ServiceSpec
{
    /// <summary>The service's name: letters, digits, <c>-</c> and <c>_</c>, 63 at most.</summary>
    public string? Name { get; init; }

    /// <summary>Labels of the service (not of its containers).</summary>
    public ValueMap<string>? Labels { get; init; }

    /// <summary>What each task is made of.</summary>
    public TaskSpec TaskTemplate { get; init; } = new();

    /// <summary>How many tasks, and where. One replica where nothing is said.</summary>
    public ServiceMode? Mode { get; init; }

    /// <summary>How changes are rolled out.</summary>
    public UpdateConfig? UpdateConfig { get; init; }

    /// <summary>How changes are rolled back.</summary>
    public UpdateConfig? RollbackConfig { get; init; }

    /// <summary>Networks, where the client still names them here and not in the template.</summary>
    public ValueList<NetworkAttachmentConfig>? Networks { get; init; }

    /// <summary>How the service is reached.</summary>
    public EndpointSpec? EndpointSpec { get; init; }
}

/// <summary>How many tasks a service has, and where: just one of the four is set.</summary>
public sealed record ServiceMode
{
    /// <summary>A number of replicas.</summary>
    public ReplicatedMode? Replicated { get; init; }

    /// <summary>One task on each eligible node.</summary>
    public GlobalMode? Global { get; init; }

    /// <summary>A number of tasks that run to their end.</summary>
    public ReplicatedJobMode? ReplicatedJob { get; init; }

    /// <summary>One task that runs to its end on each eligible node.</summary>
    public GlobalMode? GlobalJob { get; init; }
}

/// <summary>A number of replicas.</summary>
/// <param name="Replicas">How many; 1 where nothing is said.</param>
public sealed record ReplicatedMode(ulong? Replicas = null);

/// <summary>One task on each eligible node.</summary>
public sealed record GlobalMode;

/// <summary>A number of tasks that run to their end.</summary>
/// <param name="MaxConcurrent">How many at a time; 1 where nothing is said.</param>
/// <param name="TotalCompletions">How many in all; as many as at a time where nothing is said.</param>
public sealed record ReplicatedJobMode(ulong? MaxConcurrent = null, ulong? TotalCompletions = null);

/// <summary>How changes are rolled out or back.</summary>
public sealed record UpdateConfig
{
    /// <summary>Slots at a time; 0 for all at once.</summary>
    public ulong Parallelism { get; init; }

    /// <summary>Time between two batches.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>What to do when too many tasks fail.</summary>
    public UpdateFailureAction? FailureAction { get; init; }

    /// <summary>How long a new task is watched for failure: 5 s where nothing is said.</summary>
    public TimeSpan? Monitor { get; init; }

    /// <summary>The share of tasks that may fail, 0 to 1.</summary>
    public double MaxFailureRatio { get; init; }

    /// <summary>Which goes first: the old task's end or the new one's start.</summary>
    public UpdateOrder? Order { get; init; }
}

/// <summary>What to do when too many new tasks fail.</summary>
public enum UpdateFailureAction
{
    /// <summary>Leave things as they are.</summary>
    Pause,

    /// <summary>Go on.</summary>
    Continue,

    /// <summary>Go back to the previous spec.</summary>
    Rollback,
}

/// <summary>Which goes first.</summary>
public enum UpdateOrder
{
    /// <summary>The old task stops before the new one starts.</summary>
    [EnumMember(Value = "stop-first")]
    StopFirst,

    /// <summary>The new task runs before the old one stops.</summary>
    [EnumMember(Value = "start-first")]
    StartFirst,
}

/// <summary>How the last update went.</summary>
public sealed record UpdateStatus
{
    /// <summary>Where it stands.</summary>
    public UpdateState? State { get; init; }

    /// <summary>When it began.</summary>
    public Timestamp? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public Timestamp? CompletedAt { get; init; }

    /// <summary>What happened, for a reader.</summary>
    public string? Message { get; init; }
}

/// <summary>Where an update stands.</summary>
public enum UpdateState
{
    /// <summary>Under way.</summary>
    Updating,

    /// <summary>Stopped by failures.</summary>
    Paused,

    /// <summary>Done.</summary>
    Completed,

    /// <summary>Going back.</summary>
    [EnumMember(Value = "rollback_started")]
    RollbackStarted,

    /// <summary>Stopped by failures while going back.</summary>
    [EnumMember(Value = "rollback_paused")]
    RollbackPaused,

    /// <summary>Gone back.</summary>
    [EnumMember(Value = "rollback_completed")]
    RollbackCompleted,
}

/// <summary>Counts of a service's tasks.</summary>
/// <param name="RunningTasks">Tasks that run and should.</param>
/// <param name="DesiredTasks">Tasks that should run.</param>
/// <param name="CompletedTasks">Tasks of a job that have ended well.</param>
public sealed record ServiceStatus(ulong RunningTasks, ulong DesiredTasks, ulong CompletedTasks);

/// <summary>The last run of a job.</summary>
/// <param name="JobIteration">Counts the runs.</param>
/// <param name="LastExecution">When it was started.</param>
public sealed record JobStatus(ObjectVersion JobIteration, Timestamp? LastExecution = null);
