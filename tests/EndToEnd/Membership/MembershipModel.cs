using SwarmPS.Model;

namespace SwarmPS.EndToEnd.Membership;

/// <summary>
/// What the nodes of a lab have to be after the steps done so far, and which step may come next. Decides by itself what the swarm has to
/// refuse: no refusal is excused afterwards.
/// </summary>
/// <param name="names">The nodes; all are up.</param>
/// <param name="managers">How many of them, from the first on, are managers; the others are workers.</param>
/// <param name="random">Chooses.</param>
internal sealed class MembershipModel(IReadOnlyList<string> names, int managers, Random random)
{
    /// <summary>More of them would leave nothing to do but to start them.</summary>
    private const int DownMax = 2;

    /// <summary>The nodes.</summary>
    public IReadOnlyList<MemberNode> Nodes { get; } = [.. names.Select((name, index) => new MemberNode(name) { Role = index < managers ? NodeRole.Manager : NodeRole.Worker })];

    /// <summary>How many managers there may be; one less, at least one, is the least that steps leave.</summary>
    public int Size { get; set; } = managers;

    /// <summary>Who led when the managers were last asked.</summary>
    public string? Leader { get; set; }

    /// <summary>The managers, stopped ones too.</summary>
    public IReadOnlyList<MemberNode> Managers => [.. Nodes.Where(node => node.Role is NodeRole.Manager)];

    /// <summary>The managers that run.</summary>
    public IReadOnlyList<MemberNode> LiveManagers => [.. Managers.Where(node => node.IsUp)];

    /// <summary>Whether the quorum has a majority: whether it has to have a leader.</summary>
    public bool HasMajority => LiveManagers.Count > Managers.Count / 2;

    /// <summary>The next step and the node that it is about: each kind that is possible is as likely as its weight.</summary>
    public (MembershipStep Step, MemberNode Node) Next()
    {
        var isTooSmall = Managers.Count < Math.Max(1, Size - 1);
        var possible = Enum.GetValues<MembershipStep>().Where(step => !isTooSmall || step is MembershipStep.Promote or MembershipStep.JoinAsManager or MembershipStep.Start)
            .Select(step => (Step: step, Nodes: Nodes.Where(node => IsPossible(step, node)).ToList())).Where(step => step.Nodes.Count > 0).ToList();
        var chosen = random.Next(possible.Sum(step => Weight(step.Step)));
        var (kind, candidates) = possible.First(step => (chosen -= Weight(step.Step)) < 0);
        return (kind, candidates.Find(node => node.Name == Leader) is { } leader && random.Next(2) == 0 ? leader : candidates[random.Next(candidates.Count)]);
    }

    /// <summary>Why the swarm has to refuse a demotion; null where it may not.</summary>
    public string? RefusalToDemote(MemberNode manager) =>
        Managers.Count == 1 ? "attempting to demote the last manager of the swarm"
        : IsQuorumWithout(manager) ? null
        : "can't remove member from the raft: this would result in a loss of quorum";

    private static int Weight(MembershipStep step) => step switch
    {
        MembershipStep.Promote or MembershipStep.Demote or MembershipStep.JoinAsManager => 4,
        MembershipStep.RefusedDemotion => 1,
        _ => 2,
    };

    private bool IsPossible(MembershipStep step, MemberNode node) => step switch
    {
        MembershipStep.Promote => node is { Role: NodeRole.Worker, IsUp: true } && Managers.Count < Size,
        MembershipStep.PromoteAndDemote => node is { Role: NodeRole.Worker, IsUp: true },
        MembershipStep.Demote => node.Role is NodeRole.Manager && MayShrinkBy(node),
        MembershipStep.DemoteAndPromote => node is { Role: NodeRole.Manager, IsUp: true } && RefusalToDemote(node) is null,
        MembershipStep.RefusedDemotion => node.Role is NodeRole.Manager && RefusalToDemote(node) is not null,
        MembershipStep.Leave => node is { Role: not null, IsUp: true } && (node.Role is NodeRole.Worker || MayShrinkBy(node)),
        MembershipStep.JoinAsWorker => node.Role is null,
        MembershipStep.JoinAsManager => node.Role is null && Managers.Count < Size,
        MembershipStep.Remove => node.Role is not null && (!node.IsUp || MayStop(node)) && (node.Role is NodeRole.Worker || MayShrinkBy(node)),
        MembershipStep.Kill => node is { Role: not null, IsUp: true } && Nodes.Count(down => !down.IsUp) < DownMax && MayStop(node),
        MembershipStep.Crash => node is { Role: not null, IsUp: true },
        MembershipStep.Start => !node.IsUp,
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };

    private bool MayShrinkBy(MemberNode manager) => Managers.Count > Math.Max(1, Size - 1) && RefusalToDemote(manager) is null;

    private bool IsQuorumWithout(MemberNode manager) => LiveManagers.Count(node => node != manager) > (Managers.Count - 1) / 2;

    private bool MayStop(MemberNode node) => node.Role is NodeRole.Worker || LiveManagers.Count(other => other != node) > Managers.Count / 2;
}

/// <summary>What a node has to be.</summary>
/// <param name="name">Its name in the lab, which is its hostname.</param>
internal sealed class MemberNode(string name)
{
    /// <summary>Its name in the lab, which is its hostname.</summary>
    public string Name { get; } = name;

    /// <summary>Its id in the swarm; another one each time it joins.</summary>
    public string Id { get; set; } = "";

    /// <summary>Its role; null outside the swarm.</summary>
    public NodeRole? Role { get; set; }

    /// <summary>Whether its daemon runs.</summary>
    public bool IsUp { get; set; } = true;
}
