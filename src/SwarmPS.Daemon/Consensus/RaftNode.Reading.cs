using System.Net;
using DotNext.Net.Cluster;
using DotNext.Net.Cluster.Consensus.Raft;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Consensus;

/// <content>Reads that must see everything acknowledged before them, and what is said where there is no leader.</content>
public sealed partial class RaftNode
{
    private static readonly TimeSpan SynchronizePause = TimeSpan.FromMilliseconds(200);

    private readonly SharedRound<bool> reads;
    private IClusterMember? synchronized;
    private volatile bool hasApplied;

    /// <summary>
    /// Whether this manager's store is that of the present leader, or was when it began to follow it or to lead. Until then what it knows may
    /// be of long ago: nobody is refused by it.
    /// </summary>
    public bool IsCurrent => (IsLeader && hasApplied) || (raft.Leader is { } leader && leader == Volatile.Read(ref synchronized));

    /// <summary>Tells that <see cref="IsCurrent"/> has become true on a follower. Comes from within, so a handler must only make a note of it.</summary>
    public event Action? BecameCurrent;

    /// <summary>What to do where there is no leader. Who knows more of the other managers says more.</summary>
    public Func<string> Advice { get; set; } = static () => LostQuorumAdvice;

    /// <summary>What to do where no quorum comes back.</summary>
    internal const string LostQuorumAdvice =
        "Bring back managers until more than half of them run. Only where that cannot be, make a new swarm of this manager's state: \"docker swarm init --force-new-cluster\" (Initialize-Swarm -ForceNewCluster). What only the lost managers have is gone then, and each of them must leave (docker swarm leave --force, Exit-Swarm -Force) before it runs again beside the new swarm.";

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
        if (!IsMember)
            return $"The swarm has no leader that this manager hears of, so nothing was changed: it is at {Address} and no member of the quorum, which is at {string.Join(", ", Members)}. {Advice()}";
        var reachable = Reachable;
        return $"The swarm has no leader, so nothing was changed: this manager reaches {reachable.Count(member => member.Value)} of {reachable.Count} managers (itself counted), and more than half are needed. {Advice()}";
    }

    private async Task<bool> ReadRoundAsync()
    {
        await BarrierAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>Catches up with a leader that this manager begins to follow.</summary>
    private async Task SynchronizeAsync(IClusterMember leader)
    {
        while (raft.Leader == leader && !closing.IsCancellationRequested)
        {
            try
            {
                await raft.ApplyReadBarrierAsync(ReadBarrierType.Strong, closing.Token).ConfigureAwait(false);
                Volatile.Write(ref synchronized, leader);
                BecameCurrent?.Invoke();
                return;
            }
            catch (Exception lost) when (lost is QuorumUnreachableException or MemberUnavailableException or InvalidOperationException or IOException or OperationCanceledException)
            {
                // Asked again, as long as it leads.
            }
            await Task.Delay(SynchronizePause, options.Clock, closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task BarrierAsync()
    {
        try
        {
            if (Members.Any(member => !member.Equals(Address)))
                await raft.ApplyReadBarrierAsync(ReadBarrierType.Strong, closing.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is LeaderOperationException or InvalidOperationException)
        {
            throw NotLeading(fault);
        }
    }
}
