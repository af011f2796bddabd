using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>What a task's runner does next.</summary>
public enum TaskStep
{
    /// <summary>Nothing, until something changes.</summary>
    Wait,

    /// <summary>Say that this node has the task.</summary>
    Accept,

    /// <summary>Say that things are being made ready.</summary>
    BeginPreparing,

    /// <summary>Ask the engine how the container really stands.</summary>
    Discover,

    /// <summary>Get the image and create the container.</summary>
    Prepare,

    /// <summary>Say that the container is being started.</summary>
    BeginStarting,

    /// <summary>Start the container.</summary>
    Start,

    /// <summary>Say that the task runs and is well.</summary>
    MarkRunning,

    /// <summary>Say how the container ended.</summary>
    MarkEnded,

    /// <summary>Stop a container that is unhealthy, unless it recovers while others leave it; its end makes the task fail.</summary>
    StopUnhealthy,

    /// <summary>Stop the container, if there is one, and say that the task was shut down.</summary>
    Shutdown,

    /// <summary>Stop a container whose task is over already.</summary>
    StopLeftover,

    /// <summary>Remove the container.</summary>
    Remove,

    /// <summary>Nothing is left of the task.</summary>
    End,
}

/// <summary>Where a task stands on its node.</summary>
/// <param name="State">How far it has come.</param>
/// <param name="Desired">How far it should come.</param>
/// <param name="Forgotten">The managers know nothing of it any more.</param>
/// <param name="Container">How its container stands.</param>
/// <param name="Health">What the container's health check says.</param>
/// <param name="SaidUnwell">The managers were told that it runs and is unhealthy.</param>
internal readonly record struct TaskPosition(
    TaskState State, TaskState Desired, bool Forgotten, ContainerCondition Container, ContainerHealth Health, bool SaidUnwell = false);

/// <summary>Decides what a task's runner does next. Pure.</summary>
internal static class TaskSteps
{
    /// <summary>Whether a task in this state is over.</summary>
    public static bool IsOver(TaskState state) => state > TaskState.Running;

    /// <summary>The next step.</summary>
    public static TaskStep Next(in TaskPosition at)
    {
        if (at.Forgotten)
            return Leave(at, TaskStep.End);
        if (IsOver(at.State))
            return at.Desired == TaskState.Remove ? Leave(at, TaskStep.Wait) : Rest(at.Container);
        if (at.State >= TaskState.Preparing && at.Container == ContainerCondition.Unknown)
            return TaskStep.Discover;
        if (at.Desired >= TaskState.Shutdown)
            return at.Container == ContainerCondition.Unknown ? TaskStep.Discover : TaskStep.Shutdown;
        return at.State switch
        {
            < TaskState.Accepted => TaskStep.Accept,
            < TaskState.Preparing => TaskStep.BeginPreparing,
            < TaskState.Ready => TaskStep.Prepare,
            < TaskState.Starting => at.Desired > TaskState.Ready ? TaskStep.BeginStarting : TaskStep.Wait,
            < TaskState.Running => Launch(at),
            _ => Watch(at),
        };
    }

    private static TaskStep Launch(in TaskPosition at) => at.Container switch
    {
        ContainerCondition.Unknown => TaskStep.Discover,
        ContainerCondition.None or ContainerCondition.Created => TaskStep.Start,
        ContainerCondition.Ended => TaskStep.MarkEnded,
        ContainerCondition.Running => at.Health switch
        {
            ContainerHealth.None or ContainerHealth.Healthy => TaskStep.MarkRunning,
            ContainerHealth.Starting => TaskStep.Wait,
            ContainerHealth.Unhealthy => TaskStep.StopUnhealthy,
        },
    };

    private static TaskStep Watch(in TaskPosition at) => at.Container switch
    {
        ContainerCondition.Unknown => TaskStep.Discover,
        ContainerCondition.Running => at.Health == ContainerHealth.Unhealthy ? TaskStep.StopUnhealthy : at.SaidUnwell ? TaskStep.MarkRunning : TaskStep.Wait,
        ContainerCondition.None or ContainerCondition.Created or ContainerCondition.Ended => TaskStep.MarkEnded,
    };

    /// <summary>A task that is over keeps its ended container, whose output may still be read; a running one has no business left.</summary>
    private static TaskStep Rest(ContainerCondition container) =>
        container == ContainerCondition.Running ? TaskStep.StopLeftover : TaskStep.Wait;

    private static TaskStep Leave(in TaskPosition at, TaskStep then) => at.Container switch
    {
        ContainerCondition.Unknown => TaskStep.Discover,
        ContainerCondition.None => then,
        ContainerCondition.Running => TaskStep.StopLeftover,
        ContainerCondition.Created or ContainerCondition.Ended => TaskStep.Remove,
    };
}
