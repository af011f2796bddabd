using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Simulation.Membership;

/// <summary>One seed: a founder and some workers, a time of change and misfortune, then quiet.</summary>
internal sealed class MembershipRun
{
    private const double QuietMax = 120;

    private readonly MembershipChecks checks;
    private readonly double until;

    public MembershipRun(int seed, MembershipMutations mutations)
    {
        World = new(seed, mutations);
        checks = new() { World = World, Newest = [0] };
        var count = World.Random.Next(2, 7);
        for (var i = 0; i < count; i++)
            World.Nodes.Add(new(World, checks, i));
        Found(count);
        until = World.Draw(15, 45);
        foreach (var node in World.Nodes)
            node.Start();
        new MembershipUsers(World).Plan(until, faults: World.Chance(0.85));
    }

    public MembershipWorld World { get; }

    /// <summary>Runs until all is at rest; how it ended.</summary>
    public string Go()
    {
        while (World.Now < until)
            Step();
        var restless = "";
        for (var restedAt = World.Now; World.Now - restedAt < 5;)
        {
            Step();
            if (checks.Unrest() is not { } unrest)
                continue;
            (restless, restedAt) = (unrest, World.Now);
            Check.That(World.Now < until + QuietMax, "roles, members, sessions and certificates come to what is wanted", () => restless);
        }
        return World.Story;
    }

    private void Step()
    {
        World.Step();
        checks.CheckAll();
    }

    private void Found(int count)
    {
        var founder = World.Nodes[0].Disk;
        var nodes = Enumerable.Range(0, count).Select(id => StoreChange.Put(new Node
        {
            Id = MembershipNode.IdOf(id),
            Spec = new() { Role = id == 0 ? NodeRole.Manager : NodeRole.Worker },
            Role = id == 0 ? NodeRole.Manager : NodeRole.Worker,
            ManagerStatus = id == 0 ? new() { Addr = MembershipNode.AddressOf(0), Reachability = Reachability.Reachable } : null,
            Status = new() { State = NodeState.Ready },
        })).ToList();
        founder.Log.Add(new(0, new(0, [new(new(1, 1), new(1), nodes)])));
        (founder.Committed, founder.InQuorum, founder.IsManagerByCertificate) = (1, true, true);
        founder.Save([0], 0);
        foreach (var node in World.Nodes)
            node.Disk.Named = [0];
    }
}
