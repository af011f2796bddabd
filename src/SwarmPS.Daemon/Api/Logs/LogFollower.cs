using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Agent;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api.Logs;

/// <summary>The output of tasks as it comes: each has a reader, new tasks of the service join, and one writer sends all of it on.</summary>
internal sealed class LogFollower(ITaskLogs logs, LogRequest request, LogWriter writer, TimeProvider clock, ILogger log)
{
    /// <summary>Lines that may wait for a slow client; then readers wait.</summary>
    private const int WaitingMax = 256;

    private readonly Channel<LogLine> lines = Channel.CreateBounded<LogLine>(new BoundedChannelOptions(WaitingMax) { SingleReader = true });
    private readonly Dictionary<string, Task> readers = new(StringComparer.Ordinal);

    /// <summary>Follows one task until its output ends.</summary>
    public async Task TaskAsync(SwarmTask task, CancellationToken stop)
    {
        Start(task, request.Present(), stop);
        await Task.WhenAll(WriteAsync(stop), CompleteAsync()).ConfigureAwait(false);
    }

    /// <summary>Follows a service's tasks, those to come too, until the service is gone and all of them have ended.</summary>
    public async Task ServiceAsync(SwarmStore store, string serviceId, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var writing = WriteAsync(ended.Token);
        var watching = WatchAsync(store, serviceId, ended.Token);
        // Either fault ends the other; a client that has gone ends both.
        var first = await Task.WhenAny(writing, watching).ConfigureAwait(false);
        if (first.IsFaulted || first.IsCanceled)
            await ended.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(writing, watching).ConfigureAwait(false);
    }

    private async Task WatchAsync(SwarmStore store, string serviceId, CancellationToken stop)
    {
        using var changes = store.Feed.Subscribe(ObjectKind.Task, ObjectKind.Service);
        var options = request.Present();
        while (true)
        {
            var batch = await changes.NextAsync(stop).ConfigureAwait(false);
            if (!batch.Resync && !batch.Changes.Any(change => IsOf(change, serviceId)))
                continue;
            var state = store.Current;
            foreach (var task in state.TasksOfService(serviceId).Where(HasOutput))
                Start(task, options, stop);
            options = request.Later();
            if (state.Services.Find(serviceId) is null)
                break;
        }
        await CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Whether a task has, or had, a container.</summary>
    public static bool HasOutput(SwarmTask task) => !string.IsNullOrEmpty(task.Status.ContainerStatus?.ContainerId);

    private static bool IsOf(ObjectChange change, string serviceId) =>
        change.Object is SwarmTask task ? task.ServiceId == serviceId : change.Object.Id == serviceId;

    private void Start(SwarmTask task, TaskLogOptions options, CancellationToken stop)
    {
        if (!readers.ContainsKey(task.Id))
            readers[task.Id] = ReadAsync(task, options, stop);
    }

    private async Task CompleteAsync()
    {
        try
        {
            await Task.WhenAll(readers.Values).ConfigureAwait(false);
        }
        finally
        {
            lines.Writer.TryComplete();
        }
    }

    private async Task ReadAsync(SwarmTask task, TaskLogOptions options, CancellationToken stop)
    {
        try
        {
            await foreach (var line in logs.ReadAsync(task.Id, options, stop).ConfigureAwait(false))
                await lines.Writer.WriteAsync(LogLine.Of(task, line), stop).ConfigureAwait(false);
        }
        catch (SwarmException missing)
        {
            log.TaskLogsEnded(task.Id, missing.Message);
            await lines.Writer.WriteAsync(LogLine.Missing(task, missing.Message, Timestamp.From(clock.GetUtcNow())), stop).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(CancellationToken stop)
    {
        await writer.SendAsync(stop).ConfigureAwait(false);
        while (await lines.Reader.WaitToReadAsync(stop).ConfigureAwait(false))
        {
            while (lines.Reader.TryRead(out var line))
                writer.Write(line);
            await writer.SendAsync(stop).ConfigureAwait(false);
        }
    }
}
