using System.Runtime.CompilerServices;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>Reads the output of this node's tasks from the engine, while they run and as long as their containers are kept.</summary>
internal sealed class TaskLogs(AgentLoop agent, IEngine engine) : ITaskLogs
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<TaskLogLine> ReadAsync(string taskId, TaskLogOptions options, [EnumeratorCancellation] CancellationToken stop)
    {
        var container = await agent.FindContainerAsync(taskId, wait: options.Follow, stop).ConfigureAwait(false);
        if (container is null)
            yield break;
        LogLines stdout = new(stderr: false), stderr = new(stderr: true);
        var output = engine.ReadLogsAsync(container, options, stop).GetAsyncEnumerator(stop);
        await using (output.ConfigureAwait(false))
        {
            while (await NextAsync(output, taskId).ConfigureAwait(false))
            {
                foreach (var line in (output.Current.Stderr ? stderr : stdout).Take(output.Current.Data))
                    yield return new(taskId, line.Stderr, line.Data);
            }
        }
        foreach (var rest in new[] { stdout.Rest(), stderr.Rest() })
        {
            if (rest is { } line)
                yield return new(taskId, line.Stderr, line.Data);
        }
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<EngineOutput> output, string taskId)
    {
        try
        {
            return await output.MoveNextAsync().ConfigureAwait(false);
        }
        catch (EngineException refusal)
        {
            throw new SwarmException(SwarmErrorCode.FailedPrecondition, $"The output of task {taskId} cannot be read: {refusal.Message}", refusal);
        }
        catch (EngineUnreachableException lost)
        {
            throw new SwarmException(SwarmErrorCode.Unavailable, $"The output of task {taskId} cannot be read: {lost.Message}", lost);
        }
    }
}
