using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using SwarmPS.Api;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Security;
using SwarmPS.Daemon.Tests.Agent;
using SwarmPS.Daemon.Tests.Api;
using SwarmPS.Daemon.Tests.Rpc;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Dispatch;

/// <summary>A manager, a worker that it calls, and the streams between them over mutual TLS.</summary>
public sealed class NodeStreamTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly NodeSubject Worker = new("worker1", NodeRole.Worker, RpcHarness.SwarmId);

    private readonly RpcHarness swarm = new();
    private readonly CancellationTokenSource late = new(Deadline);
    private readonly CancellationTokenSource term = new();
    private readonly FakeTaskLogs logs = new();
    private readonly FakeProcesses processes = new();
    private readonly FakeNetworkChecks checks = new();
    private readonly List<StreamCall> calls = [];
    private Task leading = Task.CompletedTask;
    private Dispatcher dispatcher = null!;
    private NodeStreams streams = null!;
    private TaskAccess access = null!;
    private StreamAnswers answers = null!;

    public async ValueTask InitializeAsync()
    {
        dispatcher = new(swarm.Store, new(), TimeProvider.System, NullLogger.Instance);
        NodeStreams? mine = null;
        // The address is known once it is listened at.
        streams = mine = new("manager1", (call, stop) => CallAsync(call with { Call = call.Call with { Address = swarm.Address } }, stop), dispatcher, TimeProvider.System);
        await swarm.ListenAsync(streams);
        await swarm.PutAsync(
            new Node { Id = "worker1", Spec = new() { Role = NodeRole.Worker }, Description = new() { Hostname = "far" } },
            new Node { Id = "worker2", Spec = new() { Role = NodeRole.Worker } },
            new SwarmTask { Id = "t1", NodeId = "worker1" }, new SwarmTask { Id = "mine", NodeId = "manager1" });
        leading = dispatcher.RunAsync(term.Token);
        answers = new(swarm.Channels(Worker), logs, processes, checks, NullLogger.Instance);
        access = new(swarm.Store, "manager1", logs, processes, streams);
        Call = (_, call) => answers.Take(call);
    }

    public async ValueTask DisposeAsync()
    {
        await answers.DisposeAsync();
        await term.CancelAsync();
        await leading.ContinueWith(_ => { }, TaskScheduler.Default);
        await swarm.DisposeAsync();
        late.Dispose();
        term.Dispose();
    }

    /// <summary>What a call of a node leads to.</summary>
    private Action<string, StreamCall> Call { get; set; } = null!;

    [Fact]
    public async Task Output_OfATaskElsewhere_Comes()
    {
        logs.Of("t1").TryWrite(new("t1", false, "one\n"u8.ToArray()));
        logs.Of("t1").TryWrite(new("t1", true, "two\n"u8.ToArray()));
        logs.Of("t1").Complete();
        Assert.Equal([("t1", false, "one\n"), ("t1", true, "two\n")], await LogsAsync("t1", new() { Stdout = true, Tail = "5" }));
        Assert.Equal(("t1", "5"), logs.Asked.Select(asked => (asked.TaskId, asked.Options.Tail)).Single());
        Assert.Single(calls);
    }

    [Fact]
    public async Task Output_OfATaskHere_NeedsNoStream()
    {
        logs.Of("mine").TryWrite(new("mine", false, "one\n"u8.ToArray()));
        logs.Of("mine").Complete();
        Assert.Single(await LogsAsync("mine", new() { Stdout = true }));
        Assert.Empty(calls);
    }

    [Fact]
    public async Task RefusalOfTheNode_ComesAsItIs()
    {
        logs.Of("t1").Complete(new SwarmException(SwarmErrorCode.NotFound, "task t1 has no container on this node"));
        var refused = await Assert.ThrowsAsync<SwarmException>(() => LogsAsync("t1", new()));
        Assert.Equal((SwarmErrorCode.NotFound, "task t1 has no container on this node"), (refused.Code, refused.Message));
        processes.Refusal = new SwarmException(SwarmErrorCode.FailedPrecondition, "no such program");
        refused = await Assert.ThrowsAsync<SwarmException>(() => access.StartAsync("t1", new() { Cmd = ["x"] }, late.Token));
        Assert.Equal((SwarmErrorCode.FailedPrecondition, "no such program"), (refused.Code, refused.Message));
    }

    [Fact]
    public async Task NetworksOfAnotherNode_AreTriedThere_AndItsRefusalComesAsItIs()
    {
        var all = new NodeNetworkChecks("manager1", new FakeNetworkChecks(), streams);
        checks.Found["net1"] = [new() { NetworkId = "net1", Check = NetworkCheck.Path, Other = "10.0.0.2", Message = "nothing comes back" }];
        var found = await all.CheckAsync("worker1", ["net1"], late.Token);
        Assert.Equal([("net1", NetworkCheck.Path, "10.0.0.2", false, "nothing comes back")], found.Select(one => (one.NetworkId, one.Check, one.Other, one.Ok, one.Message)));
        Assert.Empty(await all.CheckAsync("worker1", ["other"], late.Token));
        Assert.Empty(await all.CheckAsync("manager1", ["net1"], late.Token));
        Assert.Equal(2, calls.Count);
        checks.Refusal = new(SwarmErrorCode.FailedPrecondition, "the daemon has to be root");
        var refused = await Assert.ThrowsAsync<SwarmException>(() => all.CheckAsync("worker1", [], late.Token));
        Assert.Equal((SwarmErrorCode.FailedPrecondition, "the daemon has to be root"), (refused.Code, refused.Message));
    }

    [Fact]
    public async Task Command_GetsItsInput_AndGivesItsOutputAndExitCode()
    {
        await using var mine = await access.StartAsync("t1", new() { Cmd = ["cat"], Env = ["A=1"], AttachStdin = true, Tty = true, ConsoleSize = new(3, 4) }, late.Token);
        var (task, its) = await processes.NextAsync(late.Token);
        Assert.Equal(("t1", "cat", "A=1", true, true, new TerminalSize(3, 4)), (task, its.Request.Cmd[0], its.Request.Env![0], its.Request.AttachStdin, its.Request.Tty, its.Request.ConsoleSize!));
        var reading = ReadAsync(mine);
        foreach (var piece in new[] { "one", "two" })
        {
            await mine.WriteAsync(Encoding.UTF8.GetBytes(piece), late.Token);
            Assert.Equal(piece, await its.Input.ReadAsync(late.Token));
        }
        await mine.ResizeAsync(new(5, 6), late.Token);
        Assert.Equal("(5x6)", await its.Input.ReadAsync(late.Token));
        await mine.EndInputAsync(late.Token);
        Assert.Equal("(end)", await its.Input.ReadAsync(late.Token));
        its.Say("out");
        its.Say("bad", stderr: true);
        its.End(code: 7);
        Assert.Equal([(false, "out"), (true, "bad")], await reading);
        Assert.Equal(7, await mine.ExitCodeAsync(late.Token));
    }

    [Fact]
    public async Task Client_ThatGoes_ClosesTheCommandsStreams_AlsoWhileItDoesNotRead()
    {
        var mine = await access.StartAsync("t1", new() { Cmd = ["sleep"], AttachStdin = true }, late.Token);
        var (_, its) = await processes.NextAsync(late.Token);
        its.Reads = new TaskCompletionSource().Task;
        await mine.WriteAsync("never read"u8.ToArray(), late.Token);
        await mine.DisposeAsync();
        await its.Closed.WaitAsync(late.Token);
    }

    [Fact]
    public async Task FollowedOutput_EndsAtTheNode_WhenNobodyReadsIt()
    {
        logs.Of("t1").TryWrite(new("t1", false, "one\n"u8.ToArray()));
        await foreach (var _ in access.ReadAsync("t1", new() { Follow = true }, late.Token))
            break;
        // The node's streams end by themselves: nothing is left to cancel.
        await IdleAsync(answers);
    }

    [Fact]
    public async Task Node_ThatGoes_IsTold()
    {
        await using var mine = await access.StartAsync("t1", new() { Cmd = ["sleep"] }, late.Token);
        await processes.NextAsync(late.Token);
        await answers.DisposeAsync();
        var lost = await Assert.ThrowsAsync<SwarmException>(() => ReadAsync(mine));
        Assert.Equal(SwarmErrorCode.Unavailable, lost.Code);
        Assert.Contains("worker1 broke off", lost.Message);
    }

    [Fact]
    public async Task OutputThatNobodyTakes_IsNotReadAtTheNode()
    {
        var mine = await access.StartAsync("t1", new() { Cmd = ["yes"] }, late.Token);
        var (_, its) = await processes.NextAsync(late.Token);
        var piece = new string('y', 16 << 10);
        for (var i = 0; i < 1000; i++)
            its.Say(piece);
        its.End();
        var left = await its.SettlesAsync(late.Token);
        Assert.True(left > 100, $"{left} of 1000 pieces were left at the node though nobody reads");
        Assert.Equal(1000, (await ReadAsync(mine)).Sum(part => part.Text.Length) / piece.Length);
        await mine.DisposeAsync();
    }

    [Fact]
    public async Task OtherNodes_AreNotLetIn()
    {
        var intruder = new StreamAnswers(swarm.Channels(new("worker2", NodeRole.Worker, RpcHarness.SwarmId)), logs, processes, checks, NullLogger.Instance);
        Call = (_, call) => intruder.Take(call);
        var starting = access.StartAsync("t1", new() { Cmd = ["id"] }, late.Token);
        await IdleAsync(intruder);
        Assert.False(starting.IsCompleted);
        // Whom it was meant for is let in still.
        answers.Take(Assert.Single(calls));
        await using var mine = await starting;
        await intruder.DisposeAsync();
    }

    [Fact]
    public async Task CalledNode_HearsOfItInItsSession_AndOneThatIsDownIsNamed()
    {
        await using var session = new DispatchHarness.Session(dispatcher.For("worker1", ""), new() { Hostname = "far" });
        await session.NextAsync();
        await dispatcher.CallAsync("worker1", new("word", "1.2.3.4:5"), late.Token);
        Assert.Equal(new StreamCall("word", "1.2.3.4:5"), Assert.Single((await session.NextAsync()).Calls));
        await swarm.PutAsync(new Node { Id = "down", Description = new() { Hostname = "dark" }, Status = new() { State = NodeState.Down } });
        Assert.Contains("Node dark is down", (await Assert.ThrowsAsync<SwarmException>(() => dispatcher.CallAsync("down", new("w", "a"), late.Token))).Message);
    }

    [Fact]
    public async Task NodeBetweenTwoSessions_IsWaitedFor()
    {
        var calling = dispatcher.CallAsync("worker1", new("word", "1.2.3.4:5"), late.Token);
        Assert.False(calling.IsCompleted);
        await using var session = new DispatchHarness.Session(dispatcher.For("worker1", ""), new() { Hostname = "far" });
        var first = await session.NextAsync();
        await calling;
        Assert.Equal("word", (first.Calls.Count > 0 ? first : await session.NextAsync()).Calls[0].Id);
    }

    private async Task IdleAsync(StreamAnswers node)
    {
        while (node.Count > 0)
        {
            late.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private Task CallAsync(NodeCall call, CancellationToken stop)
    {
        calls.Add(call.Call);
        Call(call.NodeId, call.Call);
        return Task.CompletedTask;
    }

    private async Task<List<(string, bool, string)>> LogsAsync(string task, TaskLogOptions options)
    {
        List<(string, bool, string)> lines = [];
        await foreach (var line in access.ReadAsync(task, options, late.Token))
            lines.Add((line.TaskId, line.Stderr, Encoding.UTF8.GetString(line.Data.Span)));
        return lines;
    }

    private async Task<List<(bool Stderr, string Text)>> ReadAsync(ITaskProcess process)
    {
        List<(bool, string)> pieces = [];
        await foreach (var piece in process.ReadAsync(late.Token))
            pieces.Add((piece.Stderr, Encoding.UTF8.GetString(piece.Data.Span)));
        return pieces;
    }
}
