using System.Runtime.CompilerServices;
using SwarmPS.Api;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>A manager's way to tasks wherever they are: those of this node directly, others by a stream with their node.</summary>
internal sealed class TaskAccess(SwarmStore store, string nodeId, ITaskLogs logs, ITaskProcesses processes, NodeStreams streams) : ITaskLogs, ITaskProcesses
{
    /// <inheritdoc/>
    public IAsyncEnumerable<TaskLogLine> ReadAsync(string taskId, TaskLogOptions options, CancellationToken stop) =>
        ElsewhereOf(taskId) is { } node ? ReadElsewhereAsync(node, taskId, options, stop) : logs.ReadAsync(taskId, options, stop);

    /// <inheritdoc/>
    public async Task<ITaskProcess> StartAsync(string taskId, TaskExecRequest request, CancellationToken stop)
    {
        if (ElsewhereOf(taskId) is not { } node)
            return await processes.StartAsync(taskId, request, stop).ConfigureAwait(false);
        var stream = await streams.OpenAsync(node, new() { TaskId = taskId, Command = request }, stop).ConfigureAwait(false);
        try
        {
            if (await stream.NextAsync(stop).ConfigureAwait(false) is { Started: true })
                return new RemoteProcess(stream);
            throw new SwarmException(SwarmErrorCode.Unavailable, $"Node {node} ended the stream before the command began.");
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The node of a task that is not on this one. A task that the store has forgotten may still be known here.</summary>
    private string? ElsewhereOf(string taskId) =>
        store.Current.Tasks.Find(taskId)?.NodeId is { Length: > 0 } node && node != nodeId ? node : null;

    private async IAsyncEnumerable<TaskLogLine> ReadElsewhereAsync(string node, string taskId, TaskLogOptions options, [EnumeratorCancellation] CancellationToken stop)
    {
        using var stream = await streams.OpenAsync(node, new() { TaskId = taskId, Logs = options }, stop).ConfigureAwait(false);
        await foreach (var output in stream.OutputAsync(stop).ConfigureAwait(false))
            yield return new(taskId, output.Stderr, output.Data);
    }

    /// <summary>A command on another node.</summary>
    private sealed class RemoteProcess(NodeStream stream) : ITaskProcess
    {
        private readonly SemaphoreSlim taken = new(1, 1);
        private StreamEnd? end;

        public async Task WriteAsync(ReadOnlyMemory<byte> input, CancellationToken stop)
        {
            if (input.IsEmpty)
                return;
            await taken.WaitAsync(stop).ConfigureAwait(false);
            await stream.TellAsync(new() { Input = input.ToArray() }, stop).ConfigureAwait(false);
        }

        public Task EndInputAsync(CancellationToken stop) => stream.TellAsync(new() { InputEnds = true }, stop);

        public Task ResizeAsync(TerminalSize size, CancellationToken stop) => stream.TellAsync(new() { Size = size }, stop);

        public async IAsyncEnumerable<EngineOutput> ReadAsync([EnumeratorCancellation] CancellationToken stop)
        {
            while (end is null && await stream.NextAsync(stop).ConfigureAwait(false) is { } message)
            {
                if (message.Output is { } output)
                    yield return new(output.Stderr, output.Data);
                if (message.Took)
                    taken.Release();
                end = message.End;
            }
        }

        public Task<int?> ExitCodeAsync(CancellationToken stop) => end is { } ended
            ? Task.FromResult(ended.ExitCode)
            : throw new SwarmException(SwarmErrorCode.Unavailable, "The node ended the stream without saying how the command ended.");

        public ValueTask DisposeAsync()
        {
            stream.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
