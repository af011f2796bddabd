using System.Text;
using System.Threading.Channels;
using SwarmPS.Api;
using SwarmPS.Cmdlets.SwarmTask;
using SwarmPS.Cmdlets.Terminal;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Tests.SwarmTask;

[Collection("terminal")]
public sealed class EnterSwarmTaskTests : IDisposable
{
    private readonly Func<ITerminal?> before = EnterSwarmTaskCommand.Terminals;
    private readonly FakeTerminal terminal = new();
    private TaskExecRequest? asked;

    public EnterSwarmTaskTests() => EnterSwarmTaskCommand.Terminals = () => terminal;

    public void Dispose() => EnterSwarmTaskCommand.Terminals = before;

    private async Task<FakeDaemon> DaemonAsync(Func<ExecTalk, Task> play)
    {
        var daemon = await FakeDaemon.StartAsync();
        return daemon.Has(Samples.Web).Json("GET /nodes", () => new[] { Samples.Box })
            .Json("GET /tasks", () => new[] { Samples.Task("t2", 2, TaskState.Running, 10), Samples.Task("t1", 1, TaskState.Running, 20) })
            .Json("GET /tasks/t2", () => Samples.Task("t2", 2, TaskState.Running, 10))
            .Exec((_, request, raw) =>
            {
                asked = request;
                return play(new(raw));
            });
    }

    [Fact]
    public async Task KeysGoIn_OutputComesOut_SizesAreTold_AndTheTerminalIsRestored()
    {
        await using var daemon = await DaemonAsync(async talk =>
        {
            await talk.SayAsync("$ ");
            terminal.Press("id\r");
            Assert.Equal("id\r", await talk.HearAsync());
            terminal.Resize(new(50, 132));
            Assert.Equal("(50x132)", await talk.HearAsync());
            await talk.SayAsync("root");
            await talk.EndAsync(5);
        });
        using var prompt = new Prompt(daemon);
        Assert.Equal(5, prompt.Run("Enter-SwarmTask web; $global:LASTEXITCODE").One<int>());
        Assert.Equal("$ root", terminal.Shown);
        Assert.Equal((1, 0), (terminal.TimesRaw, terminal.Raw));
        Assert.Equal((true, true, new TerminalSize(24, 80), "sh"), (asked!.Tty, asked.AttachStdin, asked.ConsoleSize, asked.Cmd[0]));
        Assert.Equal(0, terminal.Listeners);
    }

    [Fact]
    public async Task ControlPControlQ_LeavesTheCommandRunning()
    {
        var gone = new TaskCompletionSource<string?>();
        await using var daemon = await DaemonAsync(async talk =>
        {
            terminal.Press("a\u0010b\u0010\u0011c");
            Assert.Equal("a\u0010b", await talk.HearAsync());
            gone.SetResult(await talk.HearAsync());
        });
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("Get-SwarmTask -Id t2 | Enter-SwarmTask -Command top -Verbose");
        Assert.Empty(outcome.Clean());
        Assert.Contains("was left running", outcome.Verbose[^1]);
        Assert.Null(await gone.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal((0, "top"), (terminal.Raw, asked!.Cmd[0]));
    }

    [Fact]
    public async Task WayThatIsLost_RestoresTheTerminal_AndSaysSo()
    {
        await using var daemon = await DaemonAsync(talk => talk.FailAsync("The connection with node n1 broke off."));
        using var prompt = new Prompt(daemon);
        Assert.Equal("SwarmUnavailable", prompt.Run("Enter-SwarmTask web").ErrorId);
        Assert.Equal((1, 0), (terminal.TimesRaw, terminal.Raw));
    }

    [Fact]
    public async Task SessionWithoutTerminal_IsToldWhatToUse()
    {
        EnterSwarmTaskCommand.Terminals = () => null;
        await using var daemon = await DaemonAsync(_ => Task.CompletedTask);
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("Enter-SwarmTask web");
        Assert.Equal("TerminalMissing", outcome.ErrorId);
        Assert.Contains("Invoke-SwarmTask", outcome.Error.Exception.Message);
    }

    [Fact]
    public void HeldKey_GoesOn_WithTheOneAfterIt()
    {
        var keys = new DetachKeys();
        Assert.Equal("x", Text(keys.Take("x\u0010"u8)));
        Assert.Equal("\u0010", Text(keys.Take("\u0010"u8)));
        Assert.Equal("\u0010y\u0011", Text(keys.Take("y\u0011"u8)));
        Assert.Equal("", Text(keys.Take("\u0010"u8)));
        Assert.True(keys.Take("\u0011"u8).Leave);

        static string Text((byte[] Keys, bool Leave) taken)
        {
            Assert.False(taken.Leave);
            return Encoding.ASCII.GetString(taken.Keys);
        }
    }

    private sealed class FakeTerminal : ITerminal
    {
        private readonly Channel<byte[]> keys = Channel.CreateUnbounded<byte[]>();
        private readonly StringBuilder shown = new();
        private Action? resized;

        public TerminalSize? Size { get; private set; } = new(24, 80);

        public int Raw { get; private set; }

        public int TimesRaw { get; private set; }

        public int Listeners => resized is null ? 0 : 1;

        public string Shown => shown.ToString();

        public void Press(string text) => Assert.True(keys.Writer.TryWrite(Encoding.UTF8.GetBytes(text)));

        public void Resize(TerminalSize size)
        {
            Size = size;
            resized!();
        }

        public IDisposable MakeRaw()
        {
            (Raw, TimesRaw) = (Raw + 1, TimesRaw + 1);
            return new Ended(() => Raw--);
        }

        public IDisposable WhenResized(Action hear)
        {
            resized = hear;
            return new Ended(() => resized = null);
        }

        public async Task<int> ReadAsync(byte[] buffer, CancellationToken stop)
        {
            var pressed = await keys.Reader.ReadAsync(stop);
            pressed.CopyTo(buffer, 0);
            return pressed.Length;
        }

        public void Write(ReadOnlySpan<byte> text) => shown.Append(Encoding.UTF8.GetString(text));

        private sealed class Ended(Action end) : IDisposable
        {
            public void Dispose() => end();
        }
    }
}
