using SwarmPS.Daemon.Composition;
using SwarmPS.Model;

namespace SwarmPS.Simulation.Membership;

/// <content>The daemon's part as a worker or manager, and how it goes from one to the other.</content>
internal sealed partial class MembershipNode
{
    /// <summary>Whether the part is the one that the certificate names.</summary>
    public bool IsManager => Process is not null && Raft is not null;

    private async Task StartWorkerAsync()
    {
        (Disk.InQuorum, Disk.JoinedAfter) = (false, null);
        await world.DelayAsync(Process!, world.Draw(0, 0.01)).ConfigureAwait(false);
        DeleteLog();
        Run(new(Process)).IsRoleChanged = Disk.IsManagerByCertificate;
    }

    private async Task StartManagerAsync()
    {
        await world.DelayAsync(Process!, world.Draw(0, 0.1)).ConfigureAwait(false);
        OpenRaft();
        Run(new(Process));
    }

    private void OpenRaft()
    {
        Raft = new(this, new(Process));
        Raft.Start();
    }

    private SimSession Run(SimScope scope)
    {
        var session = new SimSession();
        world.Run(() => SessionAsync(scope, session));
        world.Run(() => RenewalAsync(scope, session));
        world.Run(() => FollowRoleAsync(scope, session));
        if (Raft is not null)
            world.Run(() => SeatAsync(scope, session, Raft));
        return session;
    }

    private void DeleteLog()
    {
        checks.DeletesLog(this);
        Disk.DeleteLog();
    }

    private async Task SessionAsync(SimScope scope, SimSession session)
    {
        while (!scope.IsEnded)
        {
            await world.DelayAsync(scope, world.Draw(0.02, 0.4)).ConfigureAwait(false);
            try
            {
                var (wanted, managers) = await AskSelfOrLeaderAsync(scope, calls => calls.OpenSessionAsync(), 5).ConfigureAwait(false);
                if (managers.Count > 0)
                    Disk.Named = managers;
                session.IsHurried |= (wanted is NodeRole.Manager) != Disk.IsManagerByCertificate;
            }
            catch (SwarmException)
            {
                // Opened again.
            }
        }
    }

    private async Task RenewalAsync(SimScope scope, SimSession session)
    {
        while (!scope.IsEnded)
        {
            await world.UntilAsync(scope, () => session.IsHurried, world.Draw(20, 60)).ConfigureAwait(false);
            session.IsHurried = false;
            for (var retry = 1.0; !await RenewAsync(scope, session).ConfigureAwait(false); retry = Math.Min(2 * retry, 16))
                await world.DelayAsync(scope, retry).ConfigureAwait(false);
        }
    }

    private async Task<bool> RenewAsync(SimScope scope, SimSession session)
    {
        try
        {
            var role = await AskSelfOrLeaderAsync(scope, calls => calls.RenewAsync(), 10).ConfigureAwait(false);
            if (Disk.IsManagerByCertificate != role is NodeRole.Manager)
            {
                world.Tell($"{Name} gets a certificate of a {role}");
                Disk.IsManagerByCertificate = role is NodeRole.Manager;
                session.IsRoleChanged = true;
            }
            return true;
        }
        catch (SwarmException)
        {
            return false;
        }
    }

    private async Task FollowRoleAsync(SimScope scope, SimSession session)
    {
        bool IsDue() => world.Mutations.FollowsRoleByEdge ? session.IsRoleChanged : Disk.IsManagerByCertificate == Raft is null;
        while (true)
        {
            await world.UntilAsync(scope, IsDue).ConfigureAwait(false);

            // Another change of the node's part may be under way.
            if (world.Chance(0.1))
                await world.DelayAsync(scope, world.Draw(0, 3)).ConfigureAwait(false);
            while (IsDue() && !await TakeRoleAsync(scope).ConfigureAwait(false))
                await world.DelayAsync(Process!, 2).ConfigureAwait(false);
        }
    }

    /// <summary>False where it has to be tried again.</summary>
    private async Task<bool> TakeRoleAsync(SimScope scope)
    {
        if (!Disk.IsManagerByCertificate)
        {
            scope.End();
            EndRaft();
            await StartWorkerAsync().ConfigureAwait(false);
            return true;
        }
        try
        {
            await PromoteAsync(scope).ConfigureAwait(false);
            return true;
        }
        catch (SwarmException refusal)
        {
            world.Tell($"{Name} is not yet a manager: {refusal.Message}");
            return false;
        }
    }

    private void EndRaft()
    {
        if (Raft is null)
            return;
        checks.EndsRaft(this);
        Raft.Life.End();
        Raft = null;
    }

    private async Task PromoteAsync(SimScope scope)
    {
        var process = Process!;
        await AskLeaderAsync(process, calls => calls.LeaveAsync(isRejoining: true), 20).ConfigureAwait(false);
        if (Raft is not null)
            throw new SwarmException(SwarmErrorCode.Unavailable, "the address is in use");
        DeleteLog();
        var (after, managers, members, version) = await AskLeaderAsync(process, calls => calls.GiveKeysAsync(), 20).ConfigureAwait(false);
        Disk.Named = managers;
        if (!world.Mutations.NewcomerKnowsNoMembers)
            Disk.Save(members, version);
        await world.DelayAsync(process, world.Draw(0, 0.05)).ConfigureAwait(false);
        // Written before the quorum is asked; the raft opens before.
        Disk.JoinedAfter = after;
        Raft = new(this, new(process));
        Raft.Start();
        await world.DelayAsync(process, world.Draw(0, 0.05)).ConfigureAwait(false);
        (Disk.InQuorum, Disk.JoinedAfter) = (true, after);
        scope.End();
        world.Tell($"{Name} listens as a manager, after entry {after}");
        Run(new(process));
    }

    private async Task SeatAsync(SimScope scope, SimSession session, RaftModel raft)
    {
        while (true)
        {
            await UntilInDoubtAsync(scope, raft).ConfigureAwait(false);
            try
            {
                await AskForSeatAsync(scope, session).ConfigureAwait(false);
            }
            catch (SwarmException refusal)
            {
                world.Tell($"{Name} waits for its seat: {refusal.Message}");
                if (world.Mutations.DeletesLogAfterJoin && !raft.IsMember && refusal.Code is SwarmErrorCode.Unavailable)
                {
                    GiveUpJoin(scope);
                    return;
                }
            }
            await world.DelayAsync(scope, 1).ConfigureAwait(false);
        }
    }

    private async Task UntilInDoubtAsync(SimScope scope, RaftModel raft)
    {
        while (raft.IsLeader || raft.IsMember)
        {
            var changes = raft.Changes;
            if (raft.Leader is not null)
                await world.UntilAsync(scope, () => raft.Changes != changes).ConfigureAwait(false);
            else if (!await world.UntilAsync(scope, () => raft.Changes != changes, 10).ConfigureAwait(false) && raft.Leader is null)
                return;
        }
    }

    private async Task AskForSeatAsync(SimScope scope, SimSession session)
    {
        var (step, managers) = await AskLeaderAsync(scope, calls => calls.TellStandingAsync(), 5).ConfigureAwait(false);
        Disk.Named = managers.Count > 0 ? managers : Disk.Named;
        if (step is SeatStep.BecomeWorker)
        {
            session.IsHurried = true;
            return;
        }
        if (step is SeatStep.Join)
            await AskLeaderAsync(scope, calls => calls.JoinAsync(), 35).ConfigureAwait(false);
        if (world.Mutations.BelievesAnswerBeforeLog)
            Disk.JoinedAfter = null;
    }

    private void GiveUpJoin(SimScope scope)
    {
        scope.End();
        EndRaft();
        world.Run(StartWorkerAsync);
    }
}
