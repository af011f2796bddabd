using System.Runtime.CompilerServices;
using System.Text;
using SwarmPS.Daemon.Agent;

namespace SwarmPS.Daemon.Tests.Api;

/// <summary>Tasks that wrote one line each and ended.</summary>
internal sealed class EndedTaskLogs : ITaskLogs
{
    public async IAsyncEnumerable<TaskLogLine> ReadAsync(string taskId, TaskLogOptions options, [EnumeratorCancellation] CancellationToken stop)
    {
        await Task.CompletedTask.WaitAsync(stop);
        yield return new(taskId, false, Encoding.UTF8.GetBytes($"2026-01-01T00:00:00Z {taskId}\n"));
    }
}
