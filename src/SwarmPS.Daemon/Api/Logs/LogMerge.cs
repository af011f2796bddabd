using System.Runtime.CompilerServices;
using SwarmPS.Daemon.Agent;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api.Logs;

/// <summary>The output that several tasks have written so far, in the order of its times.</summary>
internal static class LogMerge
{
    /// <summary>The lines of all tasks. A task whose output cannot be had gives one line that says so.</summary>
    public static async IAsyncEnumerable<LogLine> InOrderAsync(
        ITaskLogs logs, IReadOnlyList<SwarmTask> tasks, TaskLogOptions options, Timestamp now, [EnumeratorCancellation] CancellationToken stop)
    {
        var sources = tasks.Select(task => new Source(task, logs.ReadAsync(task.Id, options, stop).GetAsyncEnumerator(stop), now)).ToList();
        try
        {
            var next = new PriorityQueue<Source, (string Time, int Place)>(Comparer<(string Time, int Place)>.Create(Compare));
            await Task.WhenAll(sources.Select(source => source.MoveAsync())).ConfigureAwait(false);
            for (var place = 0; place < sources.Count; place++)
                Enqueue(next, sources[place], place);
            while (next.TryDequeue(out var first, out var key))
            {
                yield return first.Current!.Value;
                await first.MoveAsync().ConfigureAwait(false);
                Enqueue(next, first, key.Place);
            }
        }
        finally
        {
            foreach (var source in sources)
                await source.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static int Compare((string Time, int Place) a, (string Time, int Place) b)
    {
        var byTime = string.CompareOrdinal(a.Time, b.Time);
        return byTime != 0 ? byTime : a.Place.CompareTo(b.Place);
    }

    private static void Enqueue(PriorityQueue<Source, (string Time, int Place)> next, Source source, int place)
    {
        if (source.Current is { } line)
            next.Enqueue(source, (line.Time, place));
    }

    /// <summary>One task's lines.</summary>
    private sealed class Source(SwarmTask task, IAsyncEnumerator<TaskLogLine> lines, Timestamp now) : IAsyncDisposable
    {
        private bool ended;

        /// <summary>The line reached; null after the last.</summary>
        public LogLine? Current { get; private set; }

        public async Task MoveAsync()
        {
            try
            {
                Current = !ended && await lines.MoveNextAsync().ConfigureAwait(false) ? LogLine.Of(task, lines.Current) : null;
            }
            catch (SwarmException missing)
            {
                (Current, ended) = (LogLine.Missing(task, missing.Message, now), true);
            }
        }

        public ValueTask DisposeAsync() => lines.DisposeAsync();
    }
}
