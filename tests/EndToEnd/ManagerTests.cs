using SwarmPS.Api;

namespace SwarmPS.EndToEnd;

/// <summary>Three managers, and the docker client: roles that change, managers that leave, and the smaller side of a cut.</summary>
public sealed class ManagerTests : IAsyncLifetime
{
    private LabFixture lab = null!;

    public async ValueTask InitializeAsync() => lab = await LabFixture.StartAsync(nodes: 3, managers: 3);

    public async ValueTask DisposeAsync()
    {
        if (lab is not null)
            await lab.DisposeAsync();
    }

    [Fact]
    public async Task Managers_AreCutOff_Demoted_Promoted_AndLeave_ByTheDockerClient()
    {
        await StatusAsync("n1", status => status.Values.Order().SequenceEqual(["Leader", "Reachable", "Reachable"]));
        await lab.Client("n1").CreateServiceAsync(TaskReach.Service("where"), CancellationToken.None);
        await Task.WhenAll(lab.Names.Select(manager => TaskReach.CheckAsync(lab, manager, "where")));
        await Docker("n2").RunAsync("service", "rm", "where");
        var events = await EventsAreTheSameAsync();
        var (leader, others) = await SidesAsync();
        await SmallerSide_RefusesAsync(leader, others);
        (leader, others) = await SidesAsync();
        await ChangesRoleAsync(others[0], leader);
        await EventsGoOnAsync(others[1], events, others[0]);
        (leader, others) = await SidesAsync();
        // The leader is asked for its own end as the leader.
        await ChangesRoleAsync(leader, leader);
        (leader, others) = await SidesAsync();
        await LeavesAsync(others[1], leader);
    }

    /// <summary>Neither a change nor a read that might be old: both say how many managers are reached and what to do.</summary>
    private async Task SmallerSide_RefusesAsync(string cutOff, string[] others)
    {
        await lab.PartitionAsync(cutOff);
        await Eventually.TrueAsync(async () => (await Docker(others[0]).TryAsync(null, "node", "update", "--label-add", "side=larger", others[1])).ExitCode == 0, () => $"the larger side to go on\n{lab.Logs()}");
        string[][] asked = [["node", "update", "--label-add", "side=smaller", others[1]], ["node", "inspect", others[1]], ["service", "create", "--detach", LabFixture.Image]];
        foreach (var refused in await Task.WhenAll(asked.Select(command => Docker(cutOff).TryAsync(null, command))))
        {
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Contains("this manager reaches 1 of 3 managers", refused.All, StringComparison.Ordinal);
            Assert.Contains("Bring back managers until more than half of them run", refused.All, StringComparison.Ordinal);
        }
        await lab.HealAsync(cutOff);
        await StatusAsync(cutOff, status => status.GetValueOrDefault(cutOff) == "Reachable");
        foreach (var node in lab.Names)
            Assert.Equal("larger", (await Docker(node).RunAsync("node", "inspect", "--format", "{{.Spec.Labels.side}}", others[1])).Trim());
        Assert.Empty(await Docker(cutOff).RunAsync("service", "ls", "-q"));
    }

    private async Task ChangesRoleAsync(string node, string by)
    {
        await Docker(by).RunAsync("node", "demote", node);
        await Eventually.TrueAsync(
            async () => (await Docker(node).TryAsync(null, "node", "ls")) is { ExitCode: not 0 } refused && refused.Error.Contains("This node is not a swarm manager. Worker nodes can't be used", StringComparison.Ordinal),
            () => $"{node} to be a worker\n{lab.Logs()}");
        var other = lab.Names.First(name => name != node);
        await StatusAsync(other, status => status.GetValueOrDefault(node) == "" && status.ContainsValue("Leader"));
        await Docker(other).RunAsync("node", "promote", node);
        await StatusAsync(other, status => status.GetValueOrDefault(node) == "Reachable");
        await StatusAsync(node, status => status.GetValueOrDefault(node) == "Reachable");
    }

    /// <summary>The docker client hears the same of all managers; gives the index of the last event.</summary>
    private async Task<string> EventsAreTheSameAsync()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var heard = await Task.WhenAll(lab.Names.Select(manager => Docker(manager).RunAsync(
            "events", "--since", "1", "--until", $"{now + 1}", "--filter", "type=service", "--format", "{{.Type}} {{.Action}} {{.Scope}} {{.Actor.Attributes.name}}")));
        Assert.All(heard, told => Assert.Equal(["service create swarm where", "service remove swarm where"], told.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        var indexes = await Task.WhenAll(lab.Names.Select(IndexesAsync));
        Assert.NotEmpty(indexes[0]);
        Assert.All(indexes, some => Assert.Equal(indexes[0], some));
        return indexes[0][^1].Split(' ')[0];
    }

    /// <summary>The events of the service and its tasks, from its creation to its end.</summary>
    private async Task<List<string>> IndexesAsync(string manager)
    {
        List<string> indexes = [];
        using var late = new CancellationTokenSource(Eventually.Deadline);
        await foreach (var seen in lab.Client(manager).WatchEventsAsync(new ApiFilters().Add("service", "where"), null, DateTimeOffset.UnixEpoch.AddSeconds(1), null, late.Token))
        {
            indexes.Add($"{seen.Index} {seen.Type} {seen.Action} {seen.Actor.Id}");
            if (seen is { Type: "service", Action: "remove" })
                break;
        }
        return indexes;
    }

    /// <summary>A client that lost its manager hears from another one what happened since.</summary>
    private async Task EventsGoOnAsync(string manager, string after, string demoted)
    {
        using var late = new CancellationTokenSource(Eventually.Deadline);
        List<string> roles = [];
        await foreach (var seen in lab.Client(manager).WatchEventsAsync(new ApiFilters().Add("type", "node").Add("node", demoted), after, null, null, late.Token))
        {
            if (seen.Actor.Attributes?.Find("role.new") is not { } role)
                continue;
            roles.Add(role);
            if (role == "manager")
                break;
        }
        Assert.Equal(["worker", "manager"], roles);
    }

    private async Task LeavesAsync(string node, string by)
    {
        var refused = await Docker(node).TryAsync(null, "swarm", "leave");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("You are attempting to leave the swarm on a node that is participating as a manager. The only way to restore a swarm that has lost consensus", refused.Error, StringComparison.Ordinal);
        refused = await Docker(by).TryAsync(null, "node", "rm", node);
        Assert.Contains("must be demoted to worker before removal", refused.Error, StringComparison.Ordinal);
        await Docker(node).RunAsync("swarm", "leave", "--force");
        Assert.Equal("inactive", (await Docker(node).RunAsync("info", "--format", "{{.Swarm.LocalNodeState}}")).Trim());
        await Eventually.TrueAsync(async () => (await Docker(by).RunAsync("node", "inspect", "--format", "{{.Status.State}}", node)).Trim() == "down", () => $"{node} to be down\n{lab.Logs()}");
        await Docker(by).RunAsync("node", "rm", node);
        Assert.DoesNotContain(node, (await ListAsync(by)).Keys);
    }

    /// <summary>The leader, and the others.</summary>
    private async Task<(string Leader, string[] Others)> SidesAsync()
    {
        var leader = "";
        await StatusAsync("n1", status => (leader = status.FirstOrDefault(node => node.Value == "Leader").Key) is not null && status.Values.Count(role => role == "Reachable") == 2);
        return (leader, [.. lab.Names.Where(name => name != leader)]);
    }

    private Task StatusAsync(string asked, Func<Dictionary<string, string>, bool> expected)
    {
        Dictionary<string, string> status = [];
        return Eventually.TrueAsync(async () => expected(status = await ListAsync(asked)), () => $"the managers as {asked} sees them: {string.Join(", ", status)}\n{lab.Logs()}");
    }

    /// <summary>The column MANAGER STATUS, by host.</summary>
    private async Task<Dictionary<string, string>> ListAsync(string asked)
    {
        var listed = await Docker(asked).TryAsync(null, "node", "ls", "--format", "{{.Hostname}} {{.ManagerStatus}}");
        return listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToDictionary(line => line[0], line => line[1]);
    }

    private DockerClient Docker(string node) => new("unix://" + lab.Place(node).Socket);
}
