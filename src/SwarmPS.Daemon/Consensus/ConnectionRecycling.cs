using System.Threading.Channels;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Consensus;

/// <summary>
/// Has the log's connections made anew after this manager's certificate has changed, one manager after the other: when the root
/// changes, all of them get another certificate at the same moment, and a leader that loses all connections at once is taken for lost.
/// </summary>
/// <param name="nodeId">This manager.</param>
/// <param name="store">Knows the managers: the order of their ids is that of their turns.</param>
/// <param name="recycle">Breaks the connections.</param>
/// <param name="clock">The time.</param>
internal sealed class ConnectionRecycling(string nodeId, SwarmStore store, Action recycle, TimeProvider clock)
{
    /// <summary>From one manager's turn to the next: longer than the time after which a leader is taken for lost.</summary>
    public static readonly TimeSpan Spacing = TimeSpan.FromSeconds(3);

    private readonly Channel<bool> asked = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>How long this manager waits: until those before it have had their turns.</summary>
    public TimeSpan Wait => Spacing * store.Current.Nodes.All.Count(node => RaftPeers.IsManager(node) && string.CompareOrdinal(node.Id, nodeId) < 0);

    /// <summary>Has the connections recycled when it is this manager's turn; once for all that ask before that.</summary>
    public void Ask() => asked.Writer.TryWrite(true);

    /// <summary>Recycles until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (await asked.Reader.WaitToReadAsync(stop).ConfigureAwait(false))
        {
            await Task.Delay(Wait, clock, stop).ConfigureAwait(false);
            // Before it is done: a certificate that comes from here on has a turn of its own.
            asked.Reader.TryRead(out _);
            recycle();
        }
    }

}
