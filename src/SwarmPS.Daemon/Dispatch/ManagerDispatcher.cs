using SwarmPS.Daemon.Rpc;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>The dispatcher as a manager's own agent sees it: in this process while this manager leads, else the leader's.</summary>
internal sealed class ManagerDispatcher(ILeadership leadership, IDispatcher own, RemoteDispatcher remote, ManagerList managers) : IDispatcher
{
    /// <inheritdoc/>
    public IAsyncEnumerable<Assignments> OpenSessionAsync(NodeDescription description, ConditionSource? condition, CancellationToken stop)
    {
        if (leadership.IsLeader)
        {
            SessionUpValidator.Check(new(description));
            return own.OpenSessionAsync(description, condition, stop);
        }
        if (leadership.LeaderAddress is { } leader)
            managers.Leads(leader);
        return remote.OpenSessionAsync(description, condition, stop);
    }

    /// <inheritdoc/>
    public async Task ReportAsync(IReadOnlyList<TaskStatusReport> reports, CancellationToken stop)
    {
        if (!leadership.IsLeader)
        {
            await remote.ReportAsync(reports, stop).ConfigureAwait(false);
            return;
        }
        foreach (var part in reports.Chunk(StatusesUpValidator.ReportsMax))
        {
            StatusesUpValidator.Check(new(part));
            await own.ReportAsync(part, stop).ConfigureAwait(false);
        }
    }
}
