using System.Net;
using SwarmPS.Api;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>Runs commands in this node's tasks.</summary>
internal sealed class TaskProcesses(AgentLoop agent, IEngine engine) : ITaskProcesses
{
    /// <inheritdoc/>
    public async Task<ITaskProcess> StartAsync(string taskId, TaskExecRequest request, CancellationToken stop)
    {
        var container = await agent.FindContainerAsync(taskId, wait: false, stop).ConfigureAwait(false)
            ?? throw new SwarmException(SwarmErrorCode.FailedPrecondition, $"Task {taskId} has no container yet. Run the command once the task runs.");
        try
        {
            return await engine.StartProcessAsync(container, request, stop).ConfigureAwait(false);
        }
        catch (EngineException refusal)
        {
            var code = refusal.Status is HttpStatusCode.NotFound or HttpStatusCode.Conflict ? SwarmErrorCode.FailedPrecondition : SwarmErrorCode.InvalidArgument;
            throw new SwarmException(code, $"The command cannot be run in task {taskId}: {refusal.Message}", refusal);
        }
        catch (EngineUnreachableException lost)
        {
            throw new SwarmException(SwarmErrorCode.Unavailable, $"The command cannot be run in task {taskId}: {lost.Message}", lost);
        }
    }
}
