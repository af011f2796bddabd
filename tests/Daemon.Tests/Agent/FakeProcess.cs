using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using SwarmPS.Api;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Agent.Engine;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>A command as a test plays it.</summary>
internal sealed class FakeProcess(TaskExecRequest request) : ITaskProcess
{
    private readonly Channel<EngineOutput> output = Channel.CreateUnbounded<EngineOutput>();
    private readonly Channel<string> input = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskExecRequest Request => request;

    /// <summary>What has come in, piece by piece: text, <c>(end)</c>, or a size as <c>(24x80)</c>.</summary>
    public ChannelReader<string> Input => input.Reader;

    /// <summary>Holds input back, as a command does that does not read.</summary>
    public Task Reads { get; set; } = Task.CompletedTask;

    public int? ExitCode { get; set; } = 0;

    /// <summary>Done when the command's streams were closed.</summary>
    public Task Closed => closed.Task;

    public void Say(string text, bool stderr = false) => Assert.True(output.Writer.TryWrite(new(stderr, Encoding.UTF8.GetBytes(text))));

    /// <summary>Waits until no more of the output is taken, and gives how many pieces are left.</summary>
    public async Task<int> SettlesAsync(CancellationToken stop)
    {
        var (left, same) = (output.Reader.Count, 0);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (same < 10 && await tick.WaitForNextTickAsync(stop))
            (left, same) = (output.Reader.Count, output.Reader.Count == left ? same + 1 : 0);
        return left;
    }

    public void End(int? code = 0, Exception? fault = null)
    {
        ExitCode = code;
        output.Writer.TryComplete(fault);
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> data, CancellationToken stop)
    {
        var text = Encoding.UTF8.GetString(data.Span);
        await Reads.WaitAsync(stop);
        await input.Writer.WriteAsync(text, stop);
    }

    public async Task EndInputAsync(CancellationToken stop) => await input.Writer.WriteAsync("(end)", stop);

    public async Task ResizeAsync(TerminalSize size, CancellationToken stop) => await input.Writer.WriteAsync($"({size.Height}x{size.Width})", stop);

    public async IAsyncEnumerable<EngineOutput> ReadAsync([EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (var piece in output.Reader.ReadAllAsync(stop))
            yield return piece;
    }

    public Task<int?> ExitCodeAsync(CancellationToken stop) => Task.FromResult(ExitCode);

    public ValueTask DisposeAsync()
    {
        closed.TrySetResult();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Starts commands that tests play.</summary>
internal sealed class FakeProcesses : ITaskProcesses
{
    private readonly Channel<(string TaskId, FakeProcess Process)> started = Channel.CreateUnbounded<(string, FakeProcess)>();

    /// <summary>Thrown instead of starting.</summary>
    public Exception? Refusal { get; set; }

    public async Task<(string TaskId, FakeProcess Process)> NextAsync(CancellationToken stop) => await started.Reader.ReadAsync(stop);

    public Task<ITaskProcess> StartAsync(string taskId, TaskExecRequest request, CancellationToken stop)
    {
        if (Refusal is not null)
            throw Refusal;
        var process = new FakeProcess(request);
        started.Writer.TryWrite((taskId, process));
        return Task.FromResult<ITaskProcess>(process);
    }
}
