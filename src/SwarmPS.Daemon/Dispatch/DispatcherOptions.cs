using SwarmPS.Model;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>How patient the managers are with nodes.</summary>
internal sealed record DispatcherOptions
{
    /// <summary>How long a node may be silent before it counts as down, where the swarm does not say (its heartbeat period).</summary>
    public TimeSpan DownAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The shortest such time, whatever the swarm says.</summary>
    public TimeSpan DownAfterMin { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Beats that a node sends within that time, so that one that is late does no harm.</summary>
    public int Beats { get; init; } = 5;

    /// <summary>
    /// How long nodes may take to come to a new leader before they count as down: longer, since all of them come at once, and a
    /// node that runs must not lose its tasks for it.
    /// </summary>
    public TimeSpan DownAfterNewLeader { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a call waits for a manager that is about to lead; then it is refused, and looks for the leader elsewhere.</summary>
    public TimeSpan LeadWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a node is waited for that has no session, as after a change of the leader.</summary>
    public TimeSpan CallWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a node of this swarm may be silent.</summary>
    public TimeSpan Patience(SwarmObject? swarm)
    {
        var period = swarm?.Spec.Dispatcher?.HeartbeatPeriod is { } said && said > TimeSpan.Zero ? said : DownAfter;
        return period > DownAfterMin ? period : DownAfterMin;
    }
}
