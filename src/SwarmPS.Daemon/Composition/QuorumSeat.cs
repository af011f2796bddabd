using DotNext.Threading;
using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Daemon.Leader;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Composition;

/// <summary>
/// Keeps this manager's seat in the quorum. A manager that is not in its own list of members, or hears of no leader for some time, asks the
/// others what it is: it has itself taken in, again and again until a leader has said that it is a member, or its certificate renewed, by
/// which it becomes a worker. Its log stays until then: as long as it may count as a member, it must not vote as if it knew of nothing.
/// </summary>
/// <param name="parts">This manager.</param>
/// <param name="joined">Runs when this manager's log names it as a member.</param>
/// <param name="becomeWorker">Has the certificate renewed.</param>
/// <param name="clock">The time.</param>
/// <param name="log">The log.</param>
internal sealed class QuorumSeat(ManagerParts parts, Action joined, Action becomeWorker, TimeProvider clock, ILogger log)
{
    /// <summary>How long no leader is heard of before the others are asked.</summary>
    private static readonly TimeSpan NoLeaderMax = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan JoinMax = TimeSpan.FromSeconds(35);

    private readonly TaskCompletionSource seated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile LastAnswer last;

    /// <summary>What the others said when they were last asked.</summary>
    private enum LastAnswer
    {
        /// <summary>They were not asked since a leader was last heard of.</summary>
        NotAsked,

        /// <summary>None of them has a leader.</summary>
        NoLeader,

        /// <summary>They have a leader.</summary>
        Leader,
    }

    /// <summary>Ends when this manager is a member; fails with the refusal where a leader has refused it before it could become one.</summary>
    public Task Seated => seated.Task;

    /// <summary>What to do where this manager has no leader. That a new swarm be made by force only where no other manager has one.</summary>
    public string Advice => last switch
    {
        LastAnswer.NotAsked => "Bring back managers until more than half of them run. The others are asked whether they have a leader; try again in a moment.",
        LastAnswer.NoLeader => RaftNode.LostQuorumAdvice,
        LastAnswer.Leader => "The other managers have a leader: this one rejoins them, or becomes a worker, by itself. Try again in a moment, or ask one of them.",
    };

    /// <summary>What a manager does after a leader has said what it is. Pure.</summary>
    public static SeatStep Decide(NodeRole role, bool isMember) => role is NodeRole.Worker ? SeatStep.BecomeWorker : isMember ? SeatStep.Stay : SeatStep.Join;

    /// <summary>Keeps the seat until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var raft = parts.Quorum.Raft;
        using var changed = new AsyncAutoResetEvent(initialState: false);
        void Signal() => changed.Set();
        raft.MembersChanged += Signal;
        try
        {
            while (true)
            {
                await UntilInDoubtAsync(raft, changed, stop).ConfigureAwait(false);
                await AskAsync(stop).ConfigureAwait(false);
                // Not longer than until something has changed: the log may name this manager by now.
                await changed.WaitAsync(RetryInterval, stop).ConfigureAwait(false);
            }
        }
        finally
        {
            raft.MembersChanged -= Signal;
        }
    }

    private async Task UntilInDoubtAsync(RaftNode raft, AsyncAutoResetEvent changed, CancellationToken stop)
    {
        while (raft.IsLeader || raft.IsMember)
        {
            // By its own log, not by a leader's word: what it has not applied it would not know after a restart.
            if (raft.IsMember)
                Take();
            if (raft.Leader is not null)
            {
                last = LastAnswer.NotAsked;
                await changed.WaitAsync(stop).ConfigureAwait(false);
            }
            else if (!await changed.WaitAsync(NoLeaderMax, stop).ConfigureAwait(false) && raft.Leader is null)
            {
                return;
            }
        }
    }

    private async Task AskAsync(CancellationToken stop)
    {
        try
        {
            var standing = await AskAsync((leader, cancel) => leader.AskAsync(ManagerCalls.Standing, new(parts.Node.AdvertiseAddr), cancel), AnswerMax, stop).ConfigureAwait(false);
            last = LastAnswer.Leader;
            parts.Managers.Learn(standing.Managers);
            var step = Decide(standing.Role, standing.IsMember);
            if (step is SeatStep.BecomeWorker)
                becomeWorker();
            if (step is SeatStep.Join)
                await AskAsync((leader, cancel) => leader.AskAsync(ManagerCalls.Join, new(parts.Node.AdvertiseAddr), cancel), JoinMax, stop).ConfigureAwait(false);
        }
        catch (SwarmException refusal)
        {
            if (refusal.Code is SwarmErrorCode.Unavailable && last is not LastAnswer.Leader)
                last = LastAnswer.NoLeader;
            log.SeatWaits(refusal.Message);
            if (refusal.Code is SwarmErrorCode.AlreadyExists or SwarmErrorCode.InvalidArgument)
                seated.TrySetException(refusal);
        }
    }

    private void Take()
    {
        if (seated.Task.IsCompletedSuccessfully)
            return;
        joined();
        seated.TrySetResult();
    }

    private async Task<T> AskAsync<T>(Func<Rpc.ManagerChannel, CancellationToken, Task<T>> ask, TimeSpan patience, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            return await parts.AskLeaderAsync(ask, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new SwarmException(SwarmErrorCode.Unavailable, $"The leader did not answer within {patience.TotalSeconds:0} s.");
        }
    }
}

/// <summary>What a manager does about its seat.</summary>
internal enum SeatStep
{
    /// <summary>It has its certificate renewed, and gives up its log with the worker's certificate that it gets.</summary>
    BecomeWorker,

    /// <summary>It asks to be taken in, with the log that it has.</summary>
    Join,

    /// <summary>It is a member.</summary>
    Stay,
}
