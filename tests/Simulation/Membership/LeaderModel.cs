using System.Net;
using SwarmPS.Daemon.Leader;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Simulation.Membership;

/// <summary>The leader's loop that keeps members and roles together, step by step as <c>ManagerLoop</c> does it.</summary>
internal sealed class LeaderModel(RaftModel raft, MembershipNode node, Func<bool> stop)
{
    private readonly MembershipWorld world = node.World;

    public async Task RunAsync()
    {
        while (!stop())
        {
            var (version, changes) = (raft.State.Version, raft.Changes);
            var done = await RoundAsync().ConfigureAwait(false);
            await world.UntilAsync(raft.Life, () => stop() || raft.State.Version != version || raft.Changes != changes, done ? double.PositiveInfinity : 1).ConfigureAwait(false);
        }
    }

    private async Task<bool> RoundAsync()
    {
        try
        {
            while (true)
            {
                if (Plan(raft.State).Changes.Count > 0)
                    await raft.UpdateAsync(state => Plan(state).Changes, stop).ConfigureAwait(false);
                var plan = Plan(raft.State);
                if (plan.Departures.Count == 0)
                {
                    if (plan.HandOver)
                        await HandOverAsync().ConfigureAwait(false);
                    return true;
                }
                await TakeOutAsync(plan.Departures[0]).ConfigureAwait(false);
            }
        }
        catch (SwarmException) when (!stop())
        {
            return false;
        }
    }

    private async Task HandOverAsync()
    {
        if (world.Mutations.LeaderRemovesItself)
            await raft.RemoveAsync(node.Id, stop).ConfigureAwait(false);
        else
            raft.HandOver();
    }

    private async Task TakeOutAsync(Departure departure)
    {
        var late = world.Now + 10;
        bool Cancelled() => stop() || world.Now >= late;
        if (departure.Member is null)
        {
            await raft.UpdateAsync(state => Demote(state, departure, one => one.ManagerStatus is null && ManagerMembership.IsLeaving(one)), Cancelled).ConfigureAwait(false);
            return;
        }
        if (world.Mutations.WorkerBeforeRemoval)
            await raft.UpdateAsync(state => Demote(state, departure, _ => true), stop).ConfigureAwait(false);
        await raft.RemoveAsync(
            MembershipNode.NumberOf(departure.Member),
            Cancelled,
            () => world.Mutations.WorkerBeforeRemoval || departure.NodeId is null || ManagerMembership.IsLeaving(raft.State.Nodes.Find(departure.NodeId)),
            () => raft.UpdateAsync(state => Demote(state, departure, _ => true), stop)).ConfigureAwait(false);
    }

    private static List<StoreChange> Demote(Snapshot state, Departure departure, Func<Node, bool> may) =>
        departure.NodeId is { } id && state.Nodes.Find(id) is { } found && may(found) && ManagerMembership.Demoted(found) is { } demoted ? [StoreChange.Put(demoted)] : [];

    private ManagerPlan Plan(Snapshot state)
    {
        var reachable = raft.Reachable;
        return ManagerMembership.Plan(
            state,
            raft.Known.Select(EndPoint (id) => MembershipNode.RaftAddressOf(id)).ToDictionary(member => member, member => reachable.GetValueOrDefault(member, true)),
            MembershipNode.RaftAddressOf(node.Id));
    }
}
