using SwarmPS.Api;
using SwarmPS.Cmdlets.SwarmNode;
using SwarmPS.Model;
using ModelTask = SwarmPS.Model.SwarmTask;

namespace SwarmPS.Cmdlets.Tests.SwarmNode;

/// <summary>Nodes that come, change their part, and go.</summary>
public sealed class MembershipTests
{
    private static async Task<FakeDaemon> ManagerAsync(params Node[] nodes) => (await FakeDaemon.StartAsync())
        .Json("GET /swarm", () => new SwarmObject { Version = new(7), JoinTokens = new("w", "m") })
        .Json("GET /info", () => new InfoAnswer { Swarm = new() { NodeId = "n1", LocalNodeState = "active", RemoteManagers = [new("n1", "10.0.0.1:2377")] } })
        .Json("GET /nodes/*", request => nodes.Single(node => request.Path.EndsWith("/" + node.Id, StringComparison.Ordinal) || request.Path.EndsWith("/" + node.Description?.Hostname, StringComparison.Ordinal)))
        .Json("POST /nodes/*/update", () => null);

    /// <summary>A daemon in no swarm, which is a node once it was asked to join.</summary>
    private static async Task<FakeDaemon> FreshAsync(string id, Func<Task>? joining = null)
    {
        var daemon = await FakeDaemon.StartAsync();
        var info = new SwarmInfo();
        return daemon.Json("GET /info", () => new InfoAnswer { Swarm = info }).On("POST /swarm/join", async (_, _) =>
        {
            if (joining is not null)
                await joining();
            info = new() { NodeId = id, LocalNodeState = "active" };
        });
    }

    [Fact]
    public async Task Nodes_AreAddedAtTheSameTime_WithProgress()
    {
        await using var manager = await ManagerAsync(Samples.Far with { Id = "a" }, Samples.Far with { Id = "b" });
        var both = new CountdownEvent(2);
        // Neither is let in before both have asked.
        Task Meet() => Task.Run(() => { both.Signal(); Assert.True(both.Wait(TimeSpan.FromSeconds(20))); });
        await using var first = await FreshAsync("a", Meet);
        await using var second = await FreshAsync("b", Meet);
        using var prompt = new Prompt(manager);
        var outcome = prompt.Run($"'{first.Socket}', '{second.Address}' | Add-SwarmNode -Availability Pause");
        Assert.Equal(["a", "b"], outcome.Clean().Select(item => ((SwarmNodeInfo)item.BaseObject).Id).Order());
        Assert.Equal(new SwarmJoinRequest { ListenAddr = "0.0.0.0:2377", RemoteAddrs = ["10.0.0.1:2377"], JoinToken = "w", Availability = NodeAvailability.Pause }, Assert.Single(first.Changes).As<SwarmJoinRequest>());
        Assert.Contains(outcome.Progress, step => step.StatusDescription == "1 of 2 nodes done");
    }

    [Fact]
    public async Task Managers_JoinWithTheirToken_AndAddressesOfTheirOwn()
    {
        await using var manager = await ManagerAsync(Samples.Far with { Id = "a" });
        await using var fresh = await FreshAsync("a");
        using var prompt = new Prompt(manager);
        prompt.Run($"[pscustomobject]@{{ Connection = '{fresh.Socket}'; AdvertiseAddress = '10.0.0.9'; ListenAddress = '10.0.0.9:99' }} | Add-SwarmNode -Role Manager -RemoteAddress 10.0.0.7:1").Clean();
        Assert.Equal(
            new SwarmJoinRequest { ListenAddr = "10.0.0.9:99", AdvertiseAddr = "10.0.0.9", RemoteAddrs = ["10.0.0.7:1"], JoinToken = "m" },
            Assert.Single(fresh.Changes).As<SwarmJoinRequest>());
    }

    [Fact]
    public async Task WhatIsWrongWithOne_KeepsNoOtherOut()
    {
        await using var manager = await ManagerAsync(Samples.Far with { Id = "a" });
        await using var fresh = await FreshAsync("a");
        await using var taken = await FakeDaemon.StartAsync();
        await using var refusing = await FreshAsync("c");
        refusing.Refuse("POST /swarm/join", 503, "Timeout was reached before node joined.");
        using var prompt = new Prompt(manager);
        var outcome = prompt.Run($"Add-SwarmNode /nowhere/x.sock, '{taken.Socket}', http://1.2.3.4, '{refusing.Socket}', '{fresh.Socket}'");
        Assert.Equal("a", ((SwarmNodeInfo)Assert.Single(outcome.Output).BaseObject).Id);
        Assert.Equal(
            [("DaemonNotRunning", "unix:///nowhere/x.sock"), ("InvalidArgument", "http://1.2.3.4"), ("NodeInSwarm", taken.Address), ("SwarmUnavailable", refusing.Address)],
            outcome.Errors.Select(error => (error.FullyQualifiedErrorId.Split(',')[0], (string)error.TargetObject)).OrderBy(error => error.Item1));
    }

    [Fact]
    public async Task Node_IsRemoved_ByForceOnlyWhereItWasSaid()
    {
        await using var daemon = await ManagerAsync();
        daemon.Json("DELETE /nodes/*", () => null).Refuse("DELETE /nodes/busy", 400, "node busy is not down and can't be removed").Refuse("DELETE /nodes/lead", 400, "node lead is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal").Refuse("DELETE /nodes/none", 404, "node none not found");
        using var prompt = new Prompt(daemon);
        prompt.Run("Remove-SwarmNode a -Confirm:$false; Remove-SwarmNode b -Force -Confirm:$false").Clean();
        Assert.Equal([("/nodes/a", ""), ("/nodes/b", "true")], daemon.Changes.Select(change => (change.Path, change.Query.GetValueOrDefault("force", ""))));
        var outcome = prompt.Run("Remove-SwarmNode busy, lead, none, c -Confirm:$false");
        Assert.Equal([("NodeNotDown", "busy"), ("NodeIsManager", "lead"), ("NodeNotFound", "none")], outcome.Errors.Select(error => (error.FullyQualifiedErrorId.Split(',')[0], (string)error.TargetObject)));
        Assert.Equal("/nodes/c", daemon.Changes.Last().Path);
    }

    [Fact]
    public async Task Drain_IsWaitedFor()
    {
        await using var daemon = await ManagerAsync(Samples.Far);
        var looks = 0;
        daemon.Json("GET /tasks", () => new[] { Samples.Task("t1", 1, ++looks < 3 ? TaskState.Running : TaskState.Shutdown, 1) });
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("Set-SwarmNode far -Availability Drain -Wait");
        outcome.Clean();
        Assert.Equal(3, looks);
        Assert.Contains(outcome.Progress, step => step.StatusDescription == "1 task has not ended: t1");
    }

    [Fact]
    public async Task Drain_ThatTakesTooLong_NamesWhatIsLeft()
    {
        await using var daemon = await ManagerAsync(Samples.Far);
        daemon.Json("GET /tasks", () => new[] { Samples.Task("t1", 1, TaskState.Running, 1) });
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("Set-SwarmNode far -Availability Drain -Wait -Timeout 50ms");
        Assert.Equal("NodeTimeout", outcome.ErrorId);
        Assert.Contains("t1", outcome.Error.ToString(), StringComparison.Ordinal);
        prompt.Run("Set-SwarmNode far -Availability Drain").Clean();
    }

    public static TheoryData<string, NodeSpec, Node, TaskState?, string?> Waits => new()
    {
        { "a worker to be promoted", new() { Role = NodeRole.Manager }, Samples.Far, null, "it is no manager yet" },
        { "promoted", new() { Role = NodeRole.Manager }, Samples.Box, null, null },
        { "a manager to be demoted", new() { Role = NodeRole.Worker }, Samples.Box, null, "it is still a manager" },
        { "demoted", new() { Role = NodeRole.Worker }, Samples.Far, null, null },
        { "demoted, and not come as a worker yet", new() { Role = NodeRole.Worker }, Samples.Far with { Status = new() { State = NodeState.Unknown, Message = "The node becomes a worker." } }, null, "The node becomes a worker." },
        { "demoted while it is down", new() { Role = NodeRole.Worker }, Samples.Far with { Status = new() { State = NodeState.Down } }, null, null },
        { "tasks that start", new() { Availability = NodeAvailability.Drain }, Samples.Far, TaskState.Starting, "1 task has not ended: t1" },
        { "tasks that ended", new() { Availability = NodeAvailability.Drain }, Samples.Far, TaskState.Failed, null },
        { "tasks of a node that is down", new() { Availability = NodeAvailability.Drain }, Samples.Far with { Status = new() { State = NodeState.Down } }, TaskState.Running, null },
        { "nothing but labels", new(), Samples.Far, TaskState.Running, null },
    };

    [Theory]
    [MemberData(nameof(Waits), DisableDiscoveryEnumeration = true)]
    public void Waiting_KnowsWhatIsMissing(string what, NodeSpec wanted, Node node, TaskState? task, string? missing)
    {
        ModelTask[] tasks = task is { } state ? [Samples.Task("t1", 1, state, 1)] : [];
        Assert.True(missing == NodeWait.Missing(node, tasks, wanted), what);
    }
}
