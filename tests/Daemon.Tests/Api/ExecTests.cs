using System.Net;
using System.Text;
using SwarmPS.Api;
using SwarmPS.Daemon.Tests.Agent;
using SwarmPS.Model;
using SwarmPS.Model.Validation;

namespace SwarmPS.Daemon.Tests.Api;

/// <summary>Commands in tasks, through the API's socket with the client that cmdlets use.</summary>
public sealed class ExecTests : IAsyncLifetime
{
    private static readonly TaskExecRequest Shell = new() { Cmd = ["sh"], AttachStdin = true };

    private readonly FakeProcesses processes = new();
    private ApiHarness api = null!;
    private SwarmClient client = null!;

    public async ValueTask InitializeAsync()
    {
        api = await ApiHarness.StartAsync(processes: processes);
        client = new(SwarmEndpoint.Parse(api.Socket));
        await api.Membership.Store.UpdateAsync(
            tx =>
            {
                tx.Put(New("t1", TaskState.Running));
                tx.Put(New("t2", TaskState.Failed) with { Status = new() { State = TaskState.Failed, Err = "it broke" } });
            },
            api.Stop);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await api.DisposeAsync();
    }

    [Fact]
    public async Task InputGoesIn_OutputComesOut_AndTheExitCodeLast()
    {
        var (mine, its) = await StartAsync(Shell with { Env = ["A=1"], User = "app", WorkingDir = "/tmp" });
        Assert.Equal(("app", "/tmp", "A=1"), (its.Request.User, its.Request.WorkingDir, Assert.Single(its.Request.Env!)));
        await mine.WriteAsync("hello"u8.ToArray(), api.Stop);
        Assert.Equal("hello", await its.Input.ReadAsync(api.Stop));
        await mine.EndInputAsync(api.Stop);
        Assert.Equal("(end)", await its.Input.ReadAsync(api.Stop));
        its.Say("out");
        its.Say("bad", stderr: true);
        its.End(code: 3);
        Assert.Equal([(ExecFrameKind.Output, "out"), (ExecFrameKind.Error, "bad")], await ReadAsync(mine));
        Assert.Equal((true, 3), (mine.HasEnded, mine.ExitCode));
        await its.Closed.WaitAsync(api.Stop);
    }

    [Fact]
    public async Task Terminal_HasASize_ThatCanChange()
    {
        var (mine, its) = await StartAsync(Shell with { Tty = true, ConsoleSize = new(24, 80) });
        Assert.Equal(new TerminalSize(24, 80), its.Request.ConsoleSize);
        await mine.ResizeAsync(new(50, 132), api.Stop);
        Assert.Equal("(50x132)", await its.Input.ReadAsync(api.Stop));
        its.End(code: null);
        Assert.Empty(await ReadAsync(mine));
        Assert.Equal((true, null), (mine.HasEnded, mine.ExitCode));
    }

    [Fact]
    public async Task InputThatIsNotRead_WaitsOutside_AndComesWhole()
    {
        var (mine, its) = await StartAsync(Shell);
        var reads = new TaskCompletionSource();
        its.Reads = reads.Task;
        var text = new string('x', 6 << 20);
        var writing = mine.WriteAsync(Encoding.ASCII.GetBytes(text), api.Stop);
        // More than all buffers on the way hold together.
        Assert.False(writing.IsCompleted);
        reads.SetResult();
        var received = new StringBuilder();
        while (received.Length < text.Length)
            received.Append(await its.Input.ReadAsync(api.Stop));
        await writing;
        Assert.Equal(text.Length, received.Length);
        its.End();
        Assert.Empty(await ReadAsync(mine));
    }

    [Fact]
    public async Task ClientThatGoes_ClosesTheCommandsStreams()
    {
        var (mine, its) = await StartAsync(Shell);
        await mine.DisposeAsync();
        await its.Closed.WaitAsync(api.Stop);
    }

    [Fact]
    public async Task ClientThatGoes_WhileTheCommandDoesNotRead_ClosesItsStreamsToo()
    {
        var (mine, its) = await StartAsync(Shell);
        its.Reads = new TaskCompletionSource().Task;
        await mine.WriteAsync("hello"u8.ToArray(), api.Stop);
        await mine.DisposeAsync();
        await its.Closed.WaitAsync(api.Stop);
    }

    [Fact]
    public async Task WayThatIsLost_IsToldInTheStream()
    {
        var (mine, its) = await StartAsync(Shell);
        its.Say("begun");
        its.End(fault: new SwarmException(SwarmErrorCode.Unavailable, "The connection with node far broke off."));
        var lost = await Assert.ThrowsAsync<SwarmApiException>(() => ReadAsync(mine));
        Assert.Equal("The connection with node far broke off.", lost.Message);
        Assert.False(mine.HasEnded);
    }

    [Fact]
    public async Task Privileged_NeedsTheSwarmsAdmission()
    {
        var refused = await Assert.ThrowsAsync<SwarmApiException>(() => client.StartProcessAsync("t1", Shell with { Privileged = true }, api.Stop));
        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Contains("Set-Swarm -Admit privileged", refused.Message);
        await api.Membership.Store.UpdateAsync(
            tx => tx.Put(tx.View.Swarm! with { Spec = tx.View.Swarm.Spec with { Labels = new([new(Admission.Label, Admission.Privileged)]) } }), api.Stop);
        var (_, its) = await StartAsync(Shell with { Privileged = true });
        Assert.True(its.Request.Privileged);
    }

    [Theory]
    [InlineData("t1", """{"Cmd":[]}""", 400, "no command is named")]
    [InlineData("t1", """{"Cmd":["sh"],"Env":["A"]}""", 400, "'A' in Env is no variable")]
    [InlineData("t1", """{"Cmd":["sh"],"ConsoleSize":{"Height":1,"Width":2}}""", 400, "no terminal is asked for")]
    [InlineData("t1", """{"Cmd":["sh"]}""", 400, "Connection: Upgrade")]
    [InlineData("t2", """{"Cmd":["sh"]}""", 400, "Task t2 does not run: it is failed (it broke)")]
    [InlineData("none", """{"Cmd":["sh"]}""", 404, "task none not found")]
    public async Task WrongRequest_IsRefused(string task, string body, int status, string message) =>
        Assert.Contains(message, await api.RefusedAsync(status, "POST", $"/swarmps/tasks/{task}/exec", body));

    [Fact]
    public async Task RefusalOfTheNode_IsAnOrdinaryAnswer()
    {
        processes.Refusal = new SwarmException(SwarmErrorCode.Unavailable, "Node far is down.");
        var refused = await Assert.ThrowsAsync<SwarmApiException>(() => client.StartProcessAsync("t1", Shell, api.Stop));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "Node far is down."), (refused.Status, refused.Message));
    }

    private static SwarmTask New(string id, TaskState state) => new() { Id = id, ServiceId = "s", NodeId = FakeMembership.NodeId, Status = new() { State = state } };

    private async Task<(SwarmProcess Mine, FakeProcess Its)> StartAsync(TaskExecRequest request)
    {
        var mine = await client.StartProcessAsync("t1", request, api.Stop);
        var (task, its) = await processes.NextAsync(api.Stop);
        Assert.Equal("t1", task);
        return (mine, its);
    }

    private async Task<List<(ExecFrameKind, string)>> ReadAsync(SwarmProcess process)
    {
        List<(ExecFrameKind, string)> frames = [];
        await foreach (var frame in process.ReadAsync(api.Stop))
            frames.Add((frame.Kind, Encoding.UTF8.GetString(frame.Data.Span)));
        return frames;
    }
}
