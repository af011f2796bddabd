using SwarmPS.Api;
using SwarmPS.Cmdlets.Lab;
using SwarmPS.Model;

namespace SwarmPS.EndToEnd.Membership;

/// <summary>Does steps in a lab, and notes in the model what the nodes have to be after them.</summary>
internal sealed class MembershipSteps(LabFixture lab, MembershipModel model, Random random)
{
    private const string Port = "2377";

    /// <summary>How long a change may be refused for want of a leader.</summary>
    private static readonly TimeSpan LeaderMax = TimeSpan.FromSeconds(10);

    /// <summary>How long one try of a change may take; another manager may have an answer sooner.</summary>
    private static readonly TimeSpan TryMax = TimeSpan.FromSeconds(5);

    /// <summary>How long a request to a node that joins or leaves may take.</summary>
    private static readonly TimeSpan MoveMax = TimeSpan.FromSeconds(60);

    /// <summary>How long the quorum may need to let a member go.</summary>
    private static readonly TimeSpan RemovalMax = TimeSpan.FromSeconds(30);

    /// <summary>Does one step.</summary>
    public Task DoAsync(MembershipStep step, MemberNode node) => step switch
    {
        MembershipStep.Promote => SetRoleAsync(node, NodeRole.Manager),
        MembershipStep.Demote => SetRoleAsync(node, NodeRole.Worker),
        MembershipStep.PromoteAndDemote => SetRolesAsync(node, NodeRole.Manager, NodeRole.Worker),
        MembershipStep.DemoteAndPromote => SetRolesAsync(node, NodeRole.Worker, NodeRole.Manager),
        MembershipStep.RefusedDemotion => RefuseDemotionAsync(node),
        MembershipStep.Leave => LeaveAsync(node),
        MembershipStep.JoinAsWorker => JoinAsync(node, NodeRole.Worker),
        MembershipStep.JoinAsManager => JoinAsync(node, NodeRole.Manager),
        MembershipStep.Remove => RemoveAsync(node),
        MembershipStep.Kill => KillAsync(node),
        MembershipStep.Crash => CrashAsync(node),
        MembershipStep.Start => StartAsync(node),
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };

    /// <summary>Starts a daemon that was killed.</summary>
    public async Task StartAsync(MemberNode node)
    {
        await lab.StartAsync(node.Name);
        node.IsUp = true;
    }

    /// <summary>The id that a node says it has.</summary>
    public async Task LearnIdAsync(MemberNode node) => node.Id = (await lab.Client(node.Name).GetInfoAsync(CancellationToken.None)).Swarm!.NodeId;

    private async Task SetRolesAsync(MemberNode node, NodeRole first, NodeRole second)
    {
        await SetRoleAsync(node, first);
        await SetRoleAsync(node, second);
    }

    private async Task SetRoleAsync(MemberNode node, NodeRole role)
    {
        await ByManagerAsync($"{node.Name} to be told to be a {role}", async (swarm, late) =>
        {
            var known = await swarm.GetNodeAsync(node.Id, late);
            // By a try whose answer was lost.
            if (known.Spec.Role != role)
                await swarm.UpdateNodeAsync(node.Id, known.Version.Index, known.Spec with { Role = role }, late);
        });
        node.Role = role;
    }

    private async Task RefuseDemotionAsync(MemberNode node)
    {
        var refusal = await Assert.ThrowsAsync<SwarmApiException>(() => SetRoleAsync(node, NodeRole.Worker));
        Assert.Contains(model.RefusalToDemote(node)!, refusal.Message, StringComparison.Ordinal);
    }

    private async Task LeaveAsync(MemberNode node)
    {
        using var late = new CancellationTokenSource(MoveMax);
        await lab.Client(node.Name).LeaveSwarmAsync(node.Role is NodeRole.Manager, late.Token);
        await RemoveEntryAsync(node);
    }

    /// <summary>Once the quorum has let it go, an entry can be removed.</summary>
    private async Task RemoveEntryAsync(MemberNode node)
    {
        node.Role = null;
        var seen = "";
        await Eventually.TrueAsync(
            async () =>
            {
                var known = await ManagerRequests.TryAsync(lab, AnyManager().Name, (swarm, late) => swarm.GetNodeAsync(node.Id, late), TryMax);
                seen = known is null ? "unknown" : $"{known.Spec.Role}, {known.ManagerStatus?.ToString() ?? "out of the quorum"}";
                return known is { Spec.Role: NodeRole.Worker, ManagerStatus: null };
            },
            () => $"{node.Name} to be let go; it is {seen}",
            RemovalMax);
        await ByManagerAsync($"the entry of {node.Name} to be removed", async (swarm, late) =>
        {
            var nodes = await swarm.ListNodesAsync(new(), late);
            if (nodes.Exists(one => one.Id == node.Id))
                await swarm.RemoveNodeAsync(node.Id, force: true, late);
        });
    }

    private async Task JoinAsync(MemberNode node, NodeRole role)
    {
        JoinTokens? tokens = null;
        await ByManagerAsync("join tokens", async (swarm, late) => tokens = (await swarm.GetSwarmAsync(late)).JoinTokens);
        var place = lab.Place(node.Name);
        using var late = new CancellationTokenSource(MoveMax);
        await lab.Client(node.Name).JoinSwarmAsync(
            new()
            {
                RemoteAddrs = [$"{lab.Place(AnyManager().Name).Address}:{Port}"],
                JoinToken = role is NodeRole.Manager ? tokens!.Manager : tokens!.Worker,
                ListenAddr = $"0.0.0.0:{Port}",
                AdvertiseAddr = place.Address,
            },
            late.Token);
        await LearnIdAsync(node);
        node.Role = role;
    }

    /// <summary>A manager is not removed until it was demoted. The node itself hears of it when it starts, and can leave.</summary>
    private async Task RemoveAsync(MemberNode node)
    {
        if (node.IsUp)
            await KillAsync(node);
        if (node.Role is NodeRole.Manager)
        {
            var refusal = await Assert.ThrowsAsync<SwarmApiException>(() => ByManagerAsync("a refusal", (swarm, late) => swarm.RemoveNodeAsync(node.Id, force: true, late)));
            Assert.Contains("must be demoted to worker before removal", refusal.Message, StringComparison.Ordinal);
            await SetRoleAsync(node, NodeRole.Worker);
        }
        await RemoveEntryAsync(node);
        await StartAsync(node);
        using var limit = new CancellationTokenSource(MoveMax);
        await lab.Client(node.Name).LeaveSwarmAsync(force: true, limit.Token);
    }

    private async Task KillAsync(MemberNode node)
    {
        await lab.KillAsync(node.Name, LabPart.Daemon);
        node.IsUp = false;
    }

    private async Task CrashAsync(MemberNode node)
    {
        await KillAsync(node);
        await StartAsync(node);
    }

    private MemberNode AnyManager()
    {
        var managers = model.LiveManagers;
        return managers[random.Next(managers.Count)];
    }

    /// <summary>Has a manager do something, and another one where that one has no leader; a refusal is thrown.</summary>
    private Task ByManagerAsync(string what, Func<SwarmClient, CancellationToken, Task> change)
    {
        var (first, lost) = (random.Next(model.Nodes.Count), "");
        return Eventually.TrueAsync(
            async () =>
            {
                var manager = model.LiveManagers[first++ % model.LiveManagers.Count].Name;
                return await ManagerRequests.TryAsync(
                    lab,
                    manager,
                    async (swarm, late) =>
                    {
                        await change(swarm, late);
                        return "done";
                    },
                    TryMax,
                    fault => lost = $"{manager}: {fault.Message}") is not null;
            },
            () => $"{what}; {lost}",
            LeaderMax);
    }
}
