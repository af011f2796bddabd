namespace SwarmPS.Daemon.Agent.Engine;

/// <summary>What happened to a container.</summary>
internal enum EngineEventKind
{
    /// <summary>It ended.</summary>
    Died,

    /// <summary>Its health check passes.</summary>
    Healthy,

    /// <summary>Its health check failed too often.</summary>
    Unhealthy,

    /// <summary>It is gone.</summary>
    Destroyed,
}

/// <summary>Something that happened to a task's container.</summary>
/// <param name="ContainerId">The container.</param>
/// <param name="TaskId">The task it was made for.</param>
/// <param name="Kind">What happened.</param>
/// <param name="ExitCode">The exit code, where it ended.</param>
internal readonly record struct EngineEvent(string ContainerId, string TaskId, EngineEventKind Kind, int ExitCode = 0);

/// <summary>A piece of a container's output.</summary>
/// <param name="Stderr">Whether it came from standard error.</param>
/// <param name="Data">The bytes; valid until the next piece is asked for.</param>
internal readonly record struct EngineOutput(bool Stderr, ReadOnlyMemory<byte> Data);
