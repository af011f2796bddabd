namespace SwarmPS.Daemon.Dispatch;

/// <summary>How patient the managers are with nodes.</summary>
internal sealed record DispatcherOptions
{
    /// <summary>After a session has ended, how long its node may take to open the next one before it counts as down.</summary>
    public TimeSpan DownAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long nodes may take to come to a new leader before they count as down: longer, since all of them come at once, and a
    /// node that runs must not lose its tasks for it.
    /// </summary>
    public TimeSpan DownAfterNewLeader { get; init; } = TimeSpan.FromSeconds(15);
}
