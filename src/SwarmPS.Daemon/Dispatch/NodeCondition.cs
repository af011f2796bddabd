using SwarmPS.Model;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>Whether a node can do a ready node's work, as its agent sees it.</summary>
public sealed record NodeCondition
{
    /// <summary>Whether the engine answers, and the data plane was looked at since it does.</summary>
    public bool EngineAnswers { get; init; }

    /// <summary>The <see cref="Assignments.Confirm"/> up to which networks and ports are applied; 0 for none since the daemon started.</summary>
    public ulong Confirmed { get; init; }

    /// <summary>What of the data plane could not be applied, and why; null where all was.</summary>
    public string? Fault { get; init; }

    /// <summary>Ids of the networks that the fault concerns.</summary>
    public ValueList<string> Unapplied { get; init; } = [];
}
