using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using SwarmPS.Api;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>
/// Goes to managers that want a stream with this node, and answers there: with the output of a task, by running a command in one, or by trying the node's networks.
/// What a manager does not take is not read here either.
/// </summary>
internal sealed class StreamAnswers(ManagerChannels channels, ITaskLogs logs, ITaskProcesses processes, INetworkChecks checks, ILogger log) : IAsyncDisposable
{
    /// <summary>Streams at the same time; each holds a connection to the engine.</summary>
    internal const int StreamsMax = 256;

    private readonly CancellationTokenSource ended = new();
    private readonly ConcurrentDictionary<StreamCall, Task> open = [];

    /// <summary>Streams that are open now.</summary>
    public int Count => open.Count;

    /// <summary>Answers a call; returns at once.</summary>
    public void Take(StreamCall call)
    {
        var stop = ended.Token;
        open[call] = Task.Run(() => AnswerAsync(call, stop), CancellationToken.None).ContinueWith(_ => open.TryRemove(call, out var _), TaskScheduler.Default);
    }

    /// <summary>Ends all streams.</summary>
    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(open.Values).ConfigureAwait(false);
    }

    private async Task AnswerAsync(StreamCall answered, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            using var call = channels.To(answered.Address).Calls.AsyncDuplexStreamingCall(NodeStreamCalls.Attend, null, new(cancellationToken: over.Token));
            await call.RequestStream.WriteAsync(new() { Id = answered.Id }, over.Token).ConfigureAwait(false);
            if (!await call.ResponseStream.MoveNext(over.Token).ConfigureAwait(false))
                return;
            using var answer = new StreamAnswer(call, over);
            await answer.RunAsync(AskedAsync, call.ResponseStream.Current).ConfigureAwait(false);
        }
        catch (Exception broken) when (broken is RpcException or OperationCanceledException or InvalidOperationException or IOException)
        {
            // The manager has what it wanted, or is gone; whoever asked it hears of it there.
            log.StreamEnded(answered.Address, broken.Message);
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
        }
    }

    private Task AskedAsync(StreamAnswer answer, NodeStreamDown question, CancellationToken stop) => question switch
    {
        _ when open.Count > StreamsMax => throw new SwarmException(
            SwarmErrorCode.Unavailable, $"The node has {StreamsMax} streams open, which is all it has at a time. Try again when others have ended."),
        { TaskId: { } task, Logs: { } options } => SendLogsAsync(answer, task, options, stop),
        { TaskId: { } task, Command: { } command } => RunAsync(answer, task, command, stop),
        { CheckNetworks: { } networks } => CheckAsync(answer, networks, stop),
        _ => throw new SwarmException(SwarmErrorCode.Unimplemented, "The node does not know what it was asked: its swarmpsd is older than the manager's."),
    };

    private async Task SendLogsAsync(StreamAnswer answer, string taskId, TaskLogOptions options, CancellationToken stop)
    {
        answer.Listen(static _ => { });
        await foreach (var line in logs.ReadAsync(taskId, options, stop).ConfigureAwait(false))
            await answer.SayAsync(new() { Output = new(line.Stderr, line.Data.ToArray()) }, stop).ConfigureAwait(false);
    }

    private async Task CheckAsync(StreamAnswer answer, ValueList<string> networks, CancellationToken stop)
    {
        answer.Listen(static _ => { });
        var findings = await checks.CheckAsync("", networks, stop).ConfigureAwait(false);
        await answer.SayAsync(new() { Findings = findings.ToValueList() }, stop).ConfigureAwait(false);
    }

    private async Task RunAsync(StreamAnswer answer, string taskId, TaskExecRequest request, CancellationToken stop)
    {
        var process = await processes.StartAsync(taskId, request, stop).ConfigureAwait(false);
        await using var streams = process.ConfigureAwait(false);
        await answer.SayAsync(new() { Started = true }, stop).ConfigureAwait(false);
        // One piece of input at a time is under way: the manager waits until it was taken, so the listener never has to.
        var heard = Channel.CreateUnbounded<NodeStreamDown>();
        answer.Listen(message => heard.Writer.TryWrite(message));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var feeding = FeedAsync(answer, process, heard.Reader, ended.Token);
        await foreach (var output in process.ReadAsync(stop).ConfigureAwait(false))
            await answer.SayAsync(new() { Output = new(output.Stderr, output.Data.ToArray()) }, stop).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        await feeding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await answer.SayAsync(new() { End = new(await process.ExitCodeAsync(stop).ConfigureAwait(false)) }, stop).ConfigureAwait(false);
    }

    private static async Task FeedAsync(StreamAnswer answer, ITaskProcess process, ChannelReader<NodeStreamDown> heard, CancellationToken stop)
    {
        await foreach (var message in heard.ReadAllAsync(stop).ConfigureAwait(false))
        {
            if (message.Size is { } size)
                await process.ResizeAsync(size, stop).ConfigureAwait(false);
            if (message.Input is { Length: > 0 } input)
            {
                await process.WriteAsync(input, stop).ConfigureAwait(false);
                await answer.SayAsync(new() { Took = true }, stop).ConfigureAwait(false);
            }
            if (message.InputEnds)
                await process.EndInputAsync(stop).ConfigureAwait(false);
        }
    }
}
