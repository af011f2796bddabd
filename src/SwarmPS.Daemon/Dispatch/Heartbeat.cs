namespace SwarmPS.Daemon.Dispatch;

/// <summary>When a node at the other end of a connection was last heard. Beats only make a note; the watch looks when the time is up.</summary>
internal sealed class Heartbeat
{
    private readonly TimeProvider clock;
    private long ticks;

    /// <summary>A node that is heard now.</summary>
    public Heartbeat(TimeProvider clock)
    {
        this.clock = clock;
        Beat();
    }

    /// <summary>When the node was last heard.</summary>
    public DateTimeOffset Last => new(Volatile.Read(ref ticks), TimeSpan.Zero);

    /// <summary>The node is heard now.</summary>
    public void Beat() => Volatile.Write(ref ticks, clock.GetUtcNow().UtcTicks);
}
