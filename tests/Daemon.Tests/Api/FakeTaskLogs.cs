using System.Runtime.CompilerServices;
using System.Threading.Channels;
using SwarmPS.Daemon.Agent;

namespace SwarmPS.Daemon.Tests.Api;

/// <summary>Output of tasks as tests write it.</summary>
internal sealed class FakeTaskLogs : ITaskLogs
{
    private readonly Dictionary<string, Channel<TaskLogLine>> tasks = [];

    public Recorded<(string TaskId, TaskLogOptions Options)> Asked { get; } = new();

    /// <summary>What is written here is that task's output.</summary>
    public ChannelWriter<TaskLogLine> Of(string taskId) => Channel(taskId).Writer;

    public async IAsyncEnumerable<TaskLogLine> ReadAsync(string taskId, TaskLogOptions options, [EnumeratorCancellation] CancellationToken stop)
    {
        lock (tasks)
            Asked.Add((taskId, options));
        await foreach (var line in Channel(taskId).Reader.ReadAllAsync(stop))
            yield return line;
    }

    private Channel<TaskLogLine> Channel(string taskId)
    {
        lock (tasks)
        {
            if (!tasks.TryGetValue(taskId, out var channel))
                tasks[taskId] = channel = System.Threading.Channels.Channel.CreateUnbounded<TaskLogLine>();
            return channel;
        }
    }
}
