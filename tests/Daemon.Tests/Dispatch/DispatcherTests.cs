using SwarmPS.Daemon.Dispatch;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Dispatch;

public sealed class DispatcherTests : IAsyncDisposable
{
    private readonly DispatchHarness swarm = new();

    public ValueTask DisposeAsync() => swarm.DisposeAsync();

    [Fact]
    public async Task OpenSession_MakesTheNodeReady_WithItsDescriptionAndAddress()
    {
        await swarm.PutAsync(new Node { Id = "node1", Spec = new() { Role = NodeRole.Manager } }, new SwarmObject { Id = "swarm", TLSInfo = new("root") });
        await using var session = swarm.Open(description: new() { Hostname = "worker-7", Resources = new() { NanoCPUs = 2 } });
        await session.NextAsync();
        var node = swarm.Node();
        Assert.Equal(new NodeStatus { State = NodeState.Ready, Addr = "10.0.0.7" }, node.Status);
        Assert.Equal(("worker-7", 2L, "root"), (node.Description!.Hostname, node.Description.Resources!.NanoCPUs, node.Description.TLSInfo!.TrustRoot));
        Assert.Equal(NodeRole.Manager, node.Spec.Role);
    }

    [Fact]
    public async Task UnknownNode_IsRefused()
    {
        await using var session = swarm.Open("stranger");
        var refused = await session.FaultAsync();
        Assert.Equal(SwarmErrorCode.NotFound, refused.Code);
        Assert.Contains("stranger", refused.Message);
    }

    [Fact]
    public async Task FirstMessage_HasTheNodesAssignedTasks_AndNoOthers()
    {
        await swarm.PutAsync(
            new Node { Id = "node1" }, New("mine"), New("ended", state: TaskState.Complete), New("pending", state: TaskState.Pending), New("other", node: "node2"));
        await using var session = swarm.Open();
        var first = await session.NextAsync();
        Assert.True(first.Complete);
        Assert.Equal(["ended", "mine"], first.Tasks.Select(task => task.Id).Order());
        Assert.Empty(first.Removed);
    }

    [Fact]
    public async Task Changes_AreSent_AsTheyCome()
    {
        await swarm.PutAsync(new Node { Id = "node1" }, New("a"));
        await using var session = swarm.Open();
        await session.NextAsync();
        await swarm.PutAsync(New("b"));
        await session.UntilAsync(view => view.Tasks.ContainsKey("b"), "the task b");
        await swarm.PutAsync(swarm.Found("a")! with { DesiredState = TaskState.Shutdown });
        await session.UntilAsync(view => view.Tasks["a"].DesiredState == TaskState.Shutdown, "that a is to stop");
        await swarm.DeleteAsync(swarm.Found("a")!);
        await session.UntilAsync(view => view.Tasks.Keys.SequenceEqual(["b"]), "that a is gone");
    }

    [Fact]
    public async Task TaskThatGetsItsNode_IsSentThen()
    {
        await swarm.PutAsync(new Node { Id = "node1" }, New("a", state: TaskState.Pending));
        await using var session = swarm.Open();
        Assert.Empty((await session.NextAsync()).Tasks);
        await swarm.PutAsync(New("a"));
        Assert.Single((await session.NextAsync()).Tasks);
    }

    [Fact]
    public async Task Statuses_AreNotSentBack()
    {
        await swarm.PutAsync(new Node { Id = "node1" }, New("a"));
        await using var session = swarm.Open();
        await session.NextAsync();
        await session.ReportAsync("a", new() { State = TaskState.Running });
        await swarm.PutAsync(New("b", node: "node2"));
        await swarm.PutAsync(New("c"));
        Assert.Equal("c", Assert.Single((await session.NextAsync()).Tasks).Id);
    }

    [Fact]
    public async Task TasksWithoutLogDriver_GetTheSwarms()
    {
        await swarm.PutAsync(
            new Node { Id = "node1" }, new SwarmObject { Id = "swarm", Spec = new() { TaskDefaults = new(new() { Name = "journald" }) } },
            New("a"), New("b") with { Spec = new() { LogDriver = new() { Name = "local" } } });
        await using var session = swarm.Open();
        var tasks = (await session.NextAsync()).Tasks.ToDictionary(task => task.Id, task => task.Spec.LogDriver!.Name);
        Assert.Equal(("journald", "local"), (tasks["a"], tasks["b"]));
        Assert.Null(swarm.Found("a")!.Spec.LogDriver);
    }

    [Fact]
    public async Task Reports_MoveTasksOn_AndNeverBack()
    {
        await swarm.PutAsync(new Node { Id = "node1" }, New("a"));
        await using var session = swarm.Open();
        await session.ReportAsync("a", new() { State = TaskState.Running, Message = "started", Timestamp = new(20) });
        Assert.Equal((TaskState.Running, "started"), (swarm.Found("a")!.Status.State, swarm.Found("a")!.Status.Message));
        await session.ReportAsync("a", new() { State = TaskState.Preparing, Timestamp = new(30) });
        await session.ReportAsync("a", new() { State = TaskState.Running, Message = "old", Timestamp = new(10) });
        Assert.Equal("started", swarm.Found("a")!.Status.Message);
        await session.ReportAsync("a", new() { State = TaskState.Running, Message = "newer", Timestamp = new(40) });
        Assert.Equal("newer", swarm.Found("a")!.Status.Message);
    }

    [Fact]
    public async Task Reports_OfUnknownOrOthersTasks_ChangeNothing()
    {
        await swarm.PutAsync(new Node { Id = "node1" }, New("other", node: "node2"));
        await using var session = swarm.Open();
        var version = swarm.Store.Current.Version;
        await session.ReportAsync("other", new() { State = TaskState.Failed });
        await session.ReportAsync("nope", new() { State = TaskState.Failed });
        Assert.Equal(version, swarm.Store.Current.Version);
    }

    [Fact]
    public async Task ReportsOfManyNodes_ShareATransaction()
    {
        await swarm.PutAsync([.. Enumerable.Range(0, 20).Select(i => New($"t{i}", node: $"n{i}"))]);
        var gate = new TaskCompletionSource();
        swarm.Gate = gate.Task;
        var version = swarm.Store.Current.Version;
        var reports = Enumerable.Range(0, 20).Select(i => swarm.Dispatcher.For($"n{i}", "").ReportAsync([new($"t{i}", new() { State = TaskState.Running })], CancellationToken.None)).ToList();
        gate.SetResult();
        await Task.WhenAll(reports);
        Assert.True(swarm.Store.Current.Version - version <= 3, $"{swarm.Store.Current.Version - version} transactions");
        Assert.All(swarm.Store.Current.Tasks.All, task => Assert.Equal(TaskState.Running, task.Status.State));
    }

    [Fact]
    public async Task SilentNode_GoesDown_AfterItsTime_NotBefore()
    {
        await swarm.PutAsync(new Node { Id = "node1" });
        var session = swarm.Open();
        await session.NextAsync();
        await session.DisposeAsync();
        swarm.Clock.Advance(TimeSpan.FromSeconds(4));
        await swarm.PutAsync(new Node { Id = "node2" });
        Assert.Equal(NodeState.Ready, swarm.Node().Status.State);
        await swarm.NodeBecomesAsync(NodeState.Down, TimeSpan.FromSeconds(1));
        Assert.Equal("heartbeat failure", swarm.Node().Status.Message);
    }

    [Fact]
    public async Task NodeThatComesBackInTime_StaysReady()
    {
        await swarm.PutAsync(new Node { Id = "node1" });
        await using (var first = swarm.Open())
            await first.NextAsync();
        await using var second = swarm.Open();
        await second.NextAsync();
        swarm.Clock.Advance(TimeSpan.FromMinutes(1));
        await swarm.PutAsync(New("a"));
        Assert.Single((await second.NextAsync()).Tasks);
        Assert.Equal(NodeState.Ready, swarm.Node().Status.State);
    }

    [Fact]
    public async Task DownNode_IsReadyAgain_WithItsNextSession()
    {
        await swarm.PutAsync(new Node { Id = "node1", Status = new() { State = NodeState.Down, Message = "heartbeat failure" } });
        await using var session = swarm.Open();
        await session.NextAsync();
        Assert.Equal((NodeState.Ready, null), (swarm.Node().Status.State, swarm.Node().Status.Message));
    }

    [Fact]
    public async Task NewerSession_EndsTheOlder_AndTheNodeStaysReady()
    {
        await swarm.PutAsync(new Node { Id = "node1" });
        await using var older = swarm.Open();
        await older.NextAsync();
        await using var newer = swarm.Open();
        await newer.NextAsync();
        Assert.Contains("newer session", (await older.FaultAsync()).Message);
        await older.DisposeAsync();
        swarm.Clock.Advance(TimeSpan.FromMinutes(1));
        await swarm.PutAsync(New("a"));
        Assert.Single((await newer.NextAsync()).Tasks);
        Assert.Equal(NodeState.Ready, swarm.Node().Status.State);
    }

    [Fact]
    public async Task RemovedNode_LosesItsSession()
    {
        await swarm.PutAsync(new Node { Id = "node1" });
        await using var session = swarm.Open();
        await session.NextAsync();
        await swarm.DeleteAsync(swarm.Node());
        Assert.Contains("removed", (await session.FaultAsync()).Message);
    }

    [Fact]
    public async Task EndOfLeadership_EndsSessions_AndNoNodeGoesDownForIt()
    {
        await swarm.PutAsync(new Node { Id = "node1" });
        await using var session = swarm.Open();
        await session.NextAsync();
        await swarm.StopLeadingAsync();
        Assert.Equal(SwarmErrorCode.Unavailable, (await session.FaultAsync()).Code);
        swarm.Clock.Advance(TimeSpan.FromMinutes(1));
        await swarm.PutAsync(new Node { Id = "node2" });
        Assert.Equal(NodeState.Ready, swarm.Node().Status.State);
    }

    [Fact]
    public async Task NodesThatDoNotComeToANewLeader_GoDown_OthersDoNot()
    {
        await swarm.PutAsync(
            new Node { Id = "node1", Status = new() { State = NodeState.Ready } }, new Node { Id = "node2", Status = new() { State = NodeState.Ready } });
        await swarm.StopLeadingAsync();
        swarm.Lead();
        await using var session = swarm.Open();
        await session.NextAsync();
        await swarm.NodeBecomesAsync(NodeState.Down, TimeSpan.FromSeconds(1), "node2");
        Assert.Equal(NodeState.Ready, swarm.Node().Status.State);
    }

    [Fact]
    public async Task ThoseWhoCallBeforeThereIsALeader_Wait()
    {
        await swarm.PutAsync(new Node { Id = "node1" });
        await swarm.StopLeadingAsync();
        await using var session = swarm.Open();
        var first = session.NextAsync();
        Assert.False(first.IsCompleted);
        swarm.Lead();
        Assert.True((await first).Complete);
    }

    [Fact]
    public async Task ReportOfTheSameTaskTwice_KeepsTheFurther()
    {
        await swarm.PutAsync(new Node { Id = "node1" }, New("a"));
        await swarm.Dispatcher.For("node1", "").ReportAsync(
            [new("a", new() { State = TaskState.Failed }), new TaskStatusReport("a", new() { State = TaskState.Running })], CancellationToken.None);
        Assert.Equal(TaskState.Failed, swarm.Found("a")!.Status.State);
    }

    private static SwarmTask New(string id, string node = "node1", TaskState state = TaskState.Assigned) => new()
    {
        Id = id,
        ServiceId = "s",
        NodeId = node,
        DesiredState = TaskState.Running,
        Status = new() { State = state },
    };
}
