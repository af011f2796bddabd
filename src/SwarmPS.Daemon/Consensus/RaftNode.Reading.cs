using System.Net;
using DotNext.Net.Cluster.Consensus.Raft;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Consensus;

/// <content>Reads that must see everything acknowledged before them, and what is said where there is no leader.</content>
public sealed partial class RaftNode
{
    private const string QuorumAdvice =
        "Bring back managers until more than half of them run; where that cannot be, make a new swarm of one manager's state: \"docker swarm init --force-new-cluster\" (Initialize-Swarm -ForceNewCluster) on it, then join the others anew.";

    private readonly SharedRound<bool> reads;

    /// <summary>The election that the present leader came from.</summary>
    public long Term => ((IPersistentState)wal).Term;

    /// <summary>
    /// Returns once this manager's store has everything that was acknowledged before the call, by whichever manager. On the leader
    /// alone, for it asks a quorum; reads at the same time share one round. Throws <see cref="SwarmException"/> (Unavailable) where
    /// this manager does not lead.
    /// </summary>
    public Task ReadBarrierAsync(CancellationToken stop)
    {
        if (!IsLeader)
            throw NotLeading();
        return reads.AskAsync().WaitAsync(stop);
    }

    /// <summary>That this manager does not lead, who does, and what to do where nobody does.</summary>
    internal SwarmException NotLeading(Exception? cause = null) => new(
        SwarmErrorCode.Unavailable,
        Leader is { } leader && !leader.Equals(raft.LocalMemberAddress)
            ? $"This manager does not lead, so nothing was changed. Ask the leader at {leader}."
            : NoLeader(),
        cause);

    /// <summary>That there is no leader, how many managers are reached, and what to do.</summary>
    internal string NoLeader()
    {
        var reachable = Reachable;
        return $"The swarm has no leader, so nothing was changed: this manager reaches {reachable.Count(member => member.Value)} of {reachable.Count} managers (itself counted), and more than half are needed. {QuorumAdvice}";
    }

    private async Task<bool> ReadRoundAsync()
    {
        await BarrierAsync().ConfigureAwait(false);
        return true;
    }

    private async Task BarrierAsync()
    {
        try
        {
            if (Members.Count > 1)
                await raft.ApplyReadBarrierAsync(ReadBarrierType.Strong, closing.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is LeaderOperationException or InvalidOperationException)
        {
            throw NotLeading(fault);
        }
    }
}
