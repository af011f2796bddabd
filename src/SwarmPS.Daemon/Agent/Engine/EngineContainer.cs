using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent.Engine;

/// <summary>Where a container stands.</summary>
public enum ContainerCondition
{
    /// <summary>The engine has not been asked yet.</summary>
    Unknown,

    /// <summary>There is no container.</summary>
    None,

    /// <summary>Created and never started.</summary>
    Created,

    /// <summary>Runs, or is paused.</summary>
    Running,

    /// <summary>Has ended.</summary>
    Ended,
}

/// <summary>What a container's health check says.</summary>
public enum ContainerHealth
{
    /// <summary>There is no health check.</summary>
    None,

    /// <summary>Nothing yet.</summary>
    Starting,

    /// <summary>All is well.</summary>
    Healthy,

    /// <summary>It failed too often.</summary>
    Unhealthy,
}

/// <summary>A container of a task, as the engine shows it.</summary>
internal sealed record EngineContainer
{
    /// <summary>The engine's id.</summary>
    public required string Id { get; init; }

    /// <summary>The task it was made for, by its label; empty where there is none.</summary>
    public string TaskId { get; init; } = "";

    /// <summary>Where it stands.</summary>
    public ContainerCondition Condition { get; init; }

    /// <summary>What its health check says.</summary>
    public ContainerHealth Health { get; init; }

    /// <summary>Its first process; 0 where it does not run.</summary>
    public int Pid { get; init; }

    /// <summary>The exit code, once it has ended.</summary>
    public int ExitCode { get; init; }

    /// <summary>What the engine says went wrong.</summary>
    public string Error { get; init; } = "";

    /// <summary>Ports published on this machine.</summary>
    public ValueList<PortConfig> Ports { get; init; } = ValueList<PortConfig>.Empty;

    /// <summary>The container as it is after an event of its own; null where it is no more.</summary>
    public EngineContainer? After(EngineEvent happened) => happened.Kind switch
    {
        EngineEventKind.Died => this with { Condition = ContainerCondition.Ended, ExitCode = happened.ExitCode, Pid = 0 },
        EngineEventKind.Healthy => this with { Health = ContainerHealth.Healthy },
        EngineEventKind.Unhealthy => this with { Health = ContainerHealth.Unhealthy },
        EngineEventKind.Destroyed => null,
    };
}
