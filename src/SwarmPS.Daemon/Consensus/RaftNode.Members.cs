using System.Net;
using System.Net.Sockets;
using DotNext.Net.Cluster;
using DotNext.Net.Cluster.Consensus.Raft;
using DotNext.Net.Cluster.Consensus.Raft.Membership;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Consensus;

/// <content>Changing the quorum's members, and the keys that what they keep is sealed by.</content>
public sealed partial class RaftNode
{
    /// <summary>How often a new member's catching up is begun: a checkpoint made meanwhile makes the one being sent useless.</summary>
    private const int CatchUpsMax = 5;

    /// <summary>How long a new member is tried for at the least: where machines are starved, a connection may take more than its time.</summary>
    private static readonly TimeSpan CatchUpsMin = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan AppliedPause = TimeSpan.FromMilliseconds(2);

    private static readonly TimeSpan CatchUpPause = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim membership = new(1, 1);
    private IReadOnlySet<EndPoint> known = new HashSet<EndPoint>();

    /// <summary>The addresses of all members, as they were last agreed on. The library's own list follows a little later.</summary>
    public IReadOnlySet<EndPoint> Members => Volatile.Read(ref known);

    /// <summary>Whether this manager is a member, as it last knew.</summary>
    public bool IsMember => Members.Contains(Address);

    /// <summary>The entry that <see cref="Members"/> are of, with the members as of it.</summary>
    public async Task<(IReadOnlySet<EndPoint> Members, long Entry)> MembersAsync(CancellationToken stop)
    {
        while (true)
        {
            var entry = await memberFile.VersionAsync(stop).ConfigureAwait(false);
            var members = (await ((IClusterConfigurationStorage<EndPoint>)memberFile).LoadConfigurationAsync(stop).ConfigureAwait(false)).Members;
            if (await memberFile.VersionAsync(stop).ConfigureAwait(false) == entry)
                return (members, entry);
        }
    }

    /// <summary>The last entry of the log, whether it counts already or not.</summary>
    public long LastEntry => wal.LastEntryIndex;

    /// <summary>Whether each member is heard from, as this manager last knew; on the leader that is all there is to know.</summary>
    public IReadOnlyDictionary<EndPoint, bool> Reachable =>
        raft.Members.Where(member => Members.Contains(member.EndPoint)).ToDictionary(member => member.EndPoint, member => member.Status != ClusterMemberStatus.Unavailable);

    /// <summary>
    /// Tells that <see cref="Members"/>, <see cref="Reachable"/> or <see cref="Leader"/> may have changed. Comes from within the
    /// library, so a handler must only make a note of it.
    /// </summary>
    public event Action? MembersChanged;

    /// <summary>
    /// Takes in a manager that listens at an address, and returns once it has caught up and votes; at once where it is a member
    /// already. Throws <see cref="SwarmException"/> (Unavailable) where this manager does not lead or the other is not reached.
    /// </summary>
    /// <param name="address">The manager.</param>
    /// <param name="stop">Gives up; whether it is taken in then is not known.</param>
    /// <param name="check">Throws where the manager is not to be taken in any more. Nothing changes the members from its look until the end.</param>
    public Task AddMemberAsync(EndPoint address, CancellationToken stop, Action? check = null) => OneAtATimeAsync(
        async () =>
        {
            check?.Invoke();
            // A change whose end nobody waited for may be on its way.
            await BarrierAsync().ConfigureAwait(false);
            await ChangeAsync(
                () => Members.Contains(address),
                () => raft.AddMemberAsync(address, stop),
                $"The manager at {address} was not taken in: it is not reached, or could not catch up. See to it that it runs and that its address is right, then try again.",
                CatchUpsMin,
                stop).ConfigureAwait(false);
        },
        stop);

    /// <summary>
    /// Takes another manager out; does nothing where it is no member. Throws <see cref="SwarmException"/> (Unavailable) where this manager
    /// does not lead or there is no quorum. A leader does not take itself out: see <see cref="HandOver"/>.
    /// </summary>
    /// <param name="address">The manager.</param>
    /// <param name="stop">Gives up; whether it is taken out then is not known.</param>
    /// <param name="check">Whether it is to be taken out still, once nothing else changes the members; else nothing is done.</param>
    /// <param name="whenOut">What to do once it is certainly no member and a majority of the others knows that, before anything else changes the members.</param>
    public Task RemoveMemberAsync(EndPoint address, CancellationToken stop, Func<bool>? check = null, Func<Task>? whenOut = null) => OneAtATimeAsync(
        async () =>
        {
            if (address.Equals(Address))
                throw new SwarmException(SwarmErrorCode.FailedPrecondition, "A leader does not take itself out of the quorum: it hands the lead over first.");
            if (check?.Invoke() == false)
                return;
            // A change whose end nobody waited for may be on its way.
            await BarrierAsync().ConfigureAwait(false);
            await ChangeAsync(
                () => !Members.Contains(address),
                () => raft.RemoveMemberAsync(address, stop),
                $"The manager at {address} was not taken out: there is no quorum. {Advice()}",
                TimeSpan.Zero,
                stop).ConfigureAwait(false);
            if (whenOut is not null)
                await whenOut().ConfigureAwait(false);
        },
        stop);

    private async Task OneAtATimeAsync(Func<Task> change, CancellationToken stop)
    {
        await membership.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (!IsLeader)
                throw NotLeading();
            await change().ConfigureAwait(false);
        }
        catch (NotLeaderException fault)
        {
            throw NotLeading(fault);
        }
        finally
        {
            membership.Release();
        }
    }

    /// <summary>What is so already is not changed.</summary>
    private async Task ChangeAsync(Func<bool> isSo, Func<Task<bool>> change, string refusal, TimeSpan patience, CancellationToken stop)
    {
        var began = options.Clock.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            if (isSo() || await change().ConfigureAwait(false) || isSo())
            {
                await UntilAppliedAsync(stop).ConfigureAwait(false);

                // The members hear of it now instead of by the next heartbeat: should this leader be lost, those who do not know
                // one another do not vote for one another.
                await BarrierAsync().ConfigureAwait(false);
                return;
            }
            if (attempt >= CatchUpsMax && options.Clock.GetElapsedTime(began) >= patience)
                throw new SwarmException(SwarmErrorCode.Unavailable, refusal);
            await Task.Delay(CatchUpPause, options.Clock, stop).ConfigureAwait(false);
        }
    }

    /// <summary>The library goes by its own list, which follows a moment later, and tells of that before it does.</summary>
    private async Task UntilAppliedAsync(CancellationToken stop)
    {
        while (!raft.Members.Select(member => member.EndPoint).ToHashSet().IsSupersetOf(Members) || raft.Members.Any(member => member.IsRemote && !Members.Contains(member.EndPoint)))
            await Task.Delay(AppliedPause, options.Clock, stop).ConfigureAwait(false);
    }

    private void WatchMembers()
    {
        raft.LeaderChanged += (_, leader) => Follow(leader);
        Follow(raft.Leader);
        raft.MemberAdded += (_, change) => Watch(change.Member);
        foreach (var member in raft.Members)
            Watch(member);

        void Watch(RaftClusterMember member)
        {
            member.MemberStatusChanged += _ => MembersChanged?.Invoke();
            MembersChanged?.Invoke();
        }

        void Follow(IClusterMember? leader)
        {
            MembersChanged?.Invoke();
            if (leader is not { IsRemote: true })
                return;
            _ = CloseConnectionsAsync();
            _ = SynchronizeAsync(leader);
        }
    }

    /// <summary>
    /// A member that follows asks nobody. Connections that it keeps from its own time as a leader or candidate would be asked first in
    /// the next election; where the other end is cut off by then, that takes the whole of the request's time instead of a connection's.
    /// </summary>
    private async Task CloseConnectionsAsync()
    {
        foreach (var member in raft.Members.Where(member => member.IsRemote))
        {
            try
            {
                await member.CancelPendingRequestsAsync().ConfigureAwait(false);
            }
            catch (Exception closed) when (closed is IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
            {
                // It was broken already, or the node stops: there is nothing left to close.
            }
        }
    }

    /// <summary>From the file first, then from each configuration as it is agreed on.</summary>
    private async Task FollowMembersAsync(MemberFile file, CancellationToken stop)
    {
        var begun = known;
        file.ConfigurationChanged += (configuration, _) =>
        {
            Volatile.Write(ref known, configuration.Members);
            MembersChanged?.Invoke();
            return ValueTask.CompletedTask;
        };
        Interlocked.CompareExchange(ref known, await ReadMembersAsync(file, stop).ConfigureAwait(false), begun);
    }

    /// <summary>The members of the file. Throws <see cref="SwarmException"/> where it is damaged: it cannot be read, or names none though there is a quorum.</summary>
    private async Task<IReadOnlySet<EndPoint>> ReadMembersAsync(MemberFile file, CancellationToken stop)
    {
        var path = Path.Combine(options.Directory.Raft, MemberFile.Name);
        try
        {
            var saved = (await ((IClusterConfigurationStorage<EndPoint>)file).LoadConfigurationAsync(stop).ConfigureAwait(false)).Members;
            return saved.Count > 0 || options is not { IsInQuorum: true, ForceNewQuorum: false } ? saved : throw Damage.Of($"{path} is damaged: it names no manager.");
        }
        catch (Exception fault) when (fault is EndOfStreamException or not (IOException or UnauthorizedAccessException or OperationCanceledException or SwarmException))
        {
            throw Damage.Of($"{path} is damaged: {fault.Message.TrimEnd('.')}.", fault);
        }
    }
}
