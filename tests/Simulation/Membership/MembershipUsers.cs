using SwarmPS.Daemon.Leader;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Simulation.Membership;

/// <summary>An administrator who promotes, demotes and removes nodes, and misfortune.</summary>
internal sealed class MembershipUsers(MembershipWorld world)
{
    private RaftModel? AnyLeader => world.Nodes.Where(node => node.Raft is { IsLeader: true }).OrderBy(_ => world.Random.Next()).FirstOrDefault()?.Raft;

    private MembershipNode AnyNode => world.Nodes[world.Random.Next(world.Nodes.Count)];

    /// <summary>What a demotion changes. Throws where the node may not be demoted.</summary>
    public static List<StoreChange> Demote(Snapshot state, string name)
    {
        if (state.Nodes.Find(name) is not { Spec.Role: NodeRole.Manager } node)
            return [];
        ManagerRoles.RequireDemotable(state, node);
        return [StoreChange.Put(node with { Spec = node.Spec with { Role = NodeRole.Worker } })];
    }

    /// <summary>Acts until faults end, then brings everything back.</summary>
    public void Plan(double until, bool faults)
    {
        for (var at = world.Draw(0.5, 2); at < until; at += world.Draw(0.1, world.Chance(0.3) ? 0.5 : 6))
            world.After(at, Act);
        if (faults)
        {
            for (var at = world.Draw(1, 6); at < until; at += world.Draw(0.05, world.Chance(0.3) ? 0.5 : 10))
                world.After(at, Harm);
        }
        world.After(until, Heal);
    }

    private void Heal()
    {
        world.Tell("faults end");
        (world.Loss, world.Slow) = (0, 0);
        foreach (var node in world.Nodes)
            node.Start();
    }

    private void Act()
    {
        if (AnyLeader is not { } leader)
            return;
        var node = AnyNode;
        switch (world.Random.Next(12))
        {
            case < 5:
                Change(leader, $"promotes {node.Name}", state => Promote(state, node.Name));
                break;
            case < 9:
                Change(leader, $"demotes {node.Name}", state => Demote(state, node.Name));
                break;
            case 9:
                Change(leader, $"demotes {node.Name}", state => Demote(state, node.Name));
                world.After(world.Draw(0, 0.5), () => Change(AnyLeader, $"promotes {node.Name}", state => Promote(state, node.Name)));
                break;
            case 10 when node is { IsManager: true, HasLeft: false } && world.Chance(0.3):
                world.Tell($"{node.Name} is to leave");
                world.Run(node.LeaveAsync);
                break;
            default:
                if (node.Process is null)
                    Change(leader, $"removes {node.Name}", state => Remove(state, node.Name));
                break;
        }
    }

    private void Change(RaftModel? leader, string what, Func<Snapshot, IReadOnlyList<StoreChange>> work)
    {
        if (leader is null)
            return;
        world.Tell($"the administrator {what}");
        world.Run(() => leader.UpdateAsync(work));
    }

    private void Harm()
    {
        var node = AnyNode;
        switch (world.Random.Next(10))
        {
            case < 4 when node.Process is not null:
                node.Kill();
                world.After(world.Draw(0.01, world.Chance(0.5) ? 0.5 : 12), node.Start);
                break;
            case 4:
                foreach (var one in world.Nodes.Where(_ => world.Chance(0.6)).ToList())
                {
                    one.Kill();
                    world.After(world.Draw(0.01, 3), one.Start);
                }
                break;
            case < 8:
                world.Loss = world.Chance(0.5) ? 0 : world.Draw(0, 0.3);
                world.Slow = world.Chance(0.5) ? 0 : world.Draw(0, 0.3);
                break;
            case 8:
                MisleadByOldLeader(node);
                break;
            default:
                (AnyLeader?.Node ?? node).Pause(world.Draw(0.3, 8));
                break;
        }
    }

    /// <summary>A node that is promoted while the leader is stopped and cut off has no time to hear of it, and asks that one while the new leader is stopped.</summary>
    private void MisleadByOldLeader(MembershipNode node)
    {
        if (AnyLeader?.Node is not { } old || old == node)
            return;
        old.Pause(6);
        old.CutUntil = world.Now + 10;
        world.After(world.Draw(2.5, 3.5), () => Change(AnyLeader is { } next && next.Node != old ? next : null, $"promotes {node.Name}", state => Promote(state, node.Name)));
        world.Run(async () =>
        {
            if (await world.UntilAsync(new(), () => node.Checks.Newest.Contains(node.Id), 5.9).ConfigureAwait(false))
                node.Kill();
        });
        world.After(6, () =>
        {
            foreach (var next in world.Nodes.Where(one => one != old && one.Raft is { IsLeader: true }))
                next.Pause(3);
            node.Kill();
            world.After(0.05, node.Start);
        });
    }

    private static List<StoreChange> Promote(Snapshot state, string name) =>
        state.Nodes.Find(name) is { Spec.Role: NodeRole.Worker } node ? [StoreChange.Put(node with { Spec = node.Spec with { Role = NodeRole.Manager } })] : [];

    private static List<StoreChange> Remove(Snapshot state, string name) =>
        state.Nodes.Find(name) is { Spec.Role: NodeRole.Worker, CurrentRole: NodeRole.Worker } node ? [StoreChange.Delete(node)] : [];
}
