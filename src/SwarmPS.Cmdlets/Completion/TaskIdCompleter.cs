using SwarmPS.Api;

namespace SwarmPS.Cmdlets.Completion;

/// <summary>Completes ids of tasks.</summary>
public sealed class TaskIdCompleter : NameCompleter
{
    private protected override async Task<IReadOnlyList<string>> AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        var tasks = await swarm.ListTasksAsync(new ApiFilters(), stop).ConfigureAwait(false);
        return tasks.Select(task => task.Id).ToList();
    }
}
