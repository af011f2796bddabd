using System.Text;
using SwarmPS.Api;
using SwarmPS.Daemon.Agent;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>Commands in a container on a real engine.</summary>
[Collection(EngineCollection.Name)]
public sealed class ExecRealEngineTests : IAsyncLifetime
{
    private readonly RealAgent agent;
    private readonly CancellationTokenSource late = new(TimeSpan.FromSeconds(60));

    public ExecRealEngineTests(EngineFixture engine)
    {
        engine.SkipUnlessUsable();
        agent = new(engine);
    }

    public async ValueTask InitializeAsync()
    {
        await agent.StartAsync(agent.Shell("sleep 1000"));
        await agent.ReachesAsync(TaskState.Running);
    }

    public async ValueTask DisposeAsync()
    {
        await agent.DisposeAsync();
        late.Dispose();
    }

    [Fact]
    public async Task Command_HasItsStreamsApart_ItsSurroundings_AndAnExitCode()
    {
        await using var process = await StartAsync(new() { Cmd = ["sh", "-c", "echo $A; pwd; id -u; echo bad >&2; exit 3"], Env = ["A=one"], WorkingDir = "/tmp", User = "1234" });
        var (output, errors) = await ReadAsync(process);
        Assert.Equal("one\n/tmp\n1234\n", output);
        Assert.Equal("bad\n", errors);
        Assert.Equal(3, await process.ExitCodeAsync(late.Token));
    }

    [Fact]
    public async Task Input_HasAnEnd_AndTheAnswerComesAfterIt()
    {
        await using var process = await StartAsync(new() { Cmd = ["cat"], AttachStdin = true });
        var reading = ReadAsync(process);
        var text = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"line {i}\n"));
        await process.WriteAsync(Encoding.ASCII.GetBytes(text), late.Token);
        await process.EndInputAsync(late.Token);
        Assert.Equal(text, (await reading).Output);
        Assert.Equal(0, await process.ExitCodeAsync(late.Token));
    }

    [Fact]
    public async Task Terminal_PassesEveryKeyOn()
    {
        await using var process = await StartAsync(new() { Cmd = ["sh", "-c", "/bin/busybox stty raw; echo ready; /bin/busybox hexdump -C -n 2"], AttachStdin = true, Tty = true, ConsoleSize = new(33, 112) });
        var output = new StringBuilder();
        var written = false;
        await foreach (var piece in process.ReadAsync(late.Token))
        {
            output.Append(Encoding.UTF8.GetString(piece.Data.Span));
            if (written || !output.ToString().Contains("ready", StringComparison.Ordinal))
                continue;
            written = true;
            await process.WriteAsync(new byte[] { 16, 17 }, late.Token);
        }
        Assert.Contains("10 11", output.ToString());
        Assert.Equal(0, await process.ExitCodeAsync(late.Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Terminal_CanBeResized_AndACommandThatIsLeftRunsOn(bool tty)
    {
        var process = await StartAsync(new() { Cmd = ["sh", "-c", "echo ready; sleep 777; echo"], AttachStdin = true, Tty = tty });
        await process.ResizeAsync(new(50, 100), late.Token);
        await foreach (var _ in process.ReadAsync(late.Token))
            break;
        await process.DisposeAsync();
        await using var look = await StartAsync(new() { Cmd = ["/bin/busybox", "ps"] });
        Assert.Contains("sleep 777", (await ReadAsync(look)).Output);
    }

    [Fact]
    public async Task CommandThatIsNotThere_SaysSo()
    {
        await using var process = await StartAsync(new() { Cmd = ["/no/such/program"] });
        var (output, errors) = await ReadAsync(process);
        Assert.Contains("no such file", output + errors);
        Assert.Contains(await process.ExitCodeAsync(late.Token), new int?[] { 126, 127 });
    }

    [Fact]
    public async Task TaskThatHasEnded_IsRefused()
    {
        await using var process = await StartAsync(new() { Cmd = ["sh", "-c", "kill 1; kill -9 1"] });
        agent.Dispatcher.Send(complete: false, agent.Shell("sleep 1000") with { DesiredState = TaskState.Shutdown });
        await agent.ReachesAsync(TaskState.Shutdown);
        var refused = await Assert.ThrowsAsync<SwarmException>(() => StartAsync(new() { Cmd = ["id"] }));
        Assert.Equal(SwarmErrorCode.FailedPrecondition, refused.Code);
        Assert.Contains("is not running", refused.Message);
    }

    private Task<ITaskProcess> StartAsync(TaskExecRequest request) => new TaskProcesses(agent.Agent, agent.Engine).StartAsync(agent.Id(), request, late.Token);

    private async Task<(string Output, string Errors)> ReadAsync(ITaskProcess process)
    {
        var (output, errors) = (new StringBuilder(), new StringBuilder());
        await foreach (var piece in process.ReadAsync(late.Token))
            (piece.Stderr ? errors : output).Append(Encoding.UTF8.GetString(piece.Data.Span));
        return (output.ToString(), errors.ToString());
    }
}
