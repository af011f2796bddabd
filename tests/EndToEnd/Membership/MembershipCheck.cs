using System.Diagnostics;
using SwarmPS.Model;

namespace SwarmPS.EndToEnd.Membership;

/// <summary>Asserts that a lab has come to what the model wants: a leader soon, then every node's role.</summary>
internal sealed class MembershipCheck(LabFixture lab, MembershipModel model, RegisterClients clients)
{
    /// <summary>How soon there is a leader where a majority of the managers lives.</summary>
    private static readonly TimeSpan LeaderMax = TimeSpan.FromSeconds(10);

    /// <summary>How soon every live node is what it has to be, and every live manager says so.</summary>
    private static readonly TimeSpan RolesMax = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan AskMax = TimeSpan.FromSeconds(5);

    /// <summary>Fails where the swarm has not come to the model in time; gives how long it took.</summary>
    public async Task<string> RunAsync()
    {
        var began = Stopwatch.GetTimestamp();
        Assert.True(model.HasMajority, "The test has taken the majority away.");
        await LeaderAsync();
        var led = Stopwatch.GetElapsedTime(began);
        string? wrong = null;
        var roles = Eventually.TrueAsync(async () => (wrong = await WrongAsync()) is null, () => $"roles: {wrong}", RolesMax);
        // A leader may be lost again while roles change.
        while (!roles.IsCompleted)
            await LeaderAsync();
        await roles;
        return $"leader {led.TotalSeconds:0.0} s, roles {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s";
    }

    /// <summary>A leader is there where any of the managers acknowledges a write that was begun now.</summary>
    private async Task LeaderAsync()
    {
        using var late = new CancellationTokenSource(LeaderMax);
        var writes = model.LiveManagers.Select(manager => clients.WriteUntilAcknowledgedAsync(manager.Name, late.Token)).ToList();
        var isWritten = false;
        await foreach (var write in Task.WhenEach(writes))
        {
            isWritten |= await write;
            if (isWritten)
                await late.CancelAsync();
        }
        Assert.True(isWritten, $"No leader within {LeaderMax.TotalSeconds} s: none of {string.Join(", ", model.LiveManagers.Select(manager => manager.Name))} acknowledged a write.");
    }

    /// <summary>What is not yet as it has to be; null where all is.</summary>
    private async Task<string?> WrongAsync()
    {
        foreach (var node in model.Nodes.Where(node => node.IsUp))
        {
            var lost = "";
            var info = await ManagerRequests.TryAsync(lab, node.Name, (client, late) => client.GetInfoAsync(late), AskMax, fault => lost = fault.Message);
            var told = info is null ? lost : $"{info.Swarm?.LocalNodeState} {(info.Swarm?.ControlAvailable == true ? "manager" : "no manager")}";
            var expected = node.Role switch { null => "inactive no manager", NodeRole.Manager => "active manager", _ => "active no manager" };
            if (told != expected)
                return $"{node.Name} says of itself: {told} {info?.Swarm?.Error}; expected: {expected}";
        }
        return await WrongListAsync();
    }

    private async Task<string?> WrongListAsync()
    {
        var expected = string.Join("\n", model.Nodes.Where(node => node.Role is not null).OrderBy(node => node.Id, StringComparer.Ordinal).Select(Expected));
        HashSet<string> leaders = [];
        foreach (var manager in model.LiveManagers)
        {
            var lost = "";
            if (await ManagerRequests.TryAsync(lab, manager.Name, (client, late) => client.ListNodesAsync(new(), late), AskMax, fault => lost = fault.Message) is not { } nodes)
                return $"{manager.Name} lists no nodes: {lost}";
            var listed = string.Join("\n", nodes.OrderBy(node => node.Id, StringComparer.Ordinal).Select(Listed));
            if (listed != expected)
                return $"{manager.Name} lists:\n{listed}\nexpected:\n{expected}";
            leaders.Add(string.Join(" and ", nodes.Where(node => node.ManagerStatus?.Leader == true).Select(node => node.Description?.Hostname)));
        }
        model.Leader = leaders.First();
        return leaders.Count == 1 && model.LiveManagers.Any(manager => manager.Name == model.Leader) ? null : $"leaders as managers tell them: {string.Join("; ", leaders)}";
    }

    private static string Expected(MemberNode node)
    {
        var reachability = node.Role is not NodeRole.Manager ? "no manager" : node.IsUp ? $"{Reachability.Reachable}" : $"{Reachability.Unreachable}";
        return $"{node.Name} {node.Id} {node.Role} {reachability} {(node.IsUp ? NodeState.Ready : "")}";
    }

    /// <summary>How soon a node that is gone counts as down is not of interest here.</summary>
    private string Listed(Node node)
    {
        var isUp = model.Nodes.Any(one => one.Id == node.Id && one.IsUp);
        return $"{node.Description?.Hostname} {node.Id} {node.Spec.Role} {node.ManagerStatus?.Reachability.ToString() ?? "no manager"} {(isUp ? node.Status.State : "")}";
    }
}
