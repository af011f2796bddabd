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
            return own.OpenSessionAsync(description, condition, stop);
        if (leadership.LeaderAddress is { } leader)
            managers.Leads(leader);
        return remote.OpenSessionAsync(description, condition, stop);
    }

    /// <inheritdoc/>
    public Task ReportAsync(IReadOnlyList<TaskStatusReport> reports, CancellationToken stop) =>
        leadership.IsLeader ? own.ReportAsync(reports, stop) : remote.ReportAsync(reports, stop);
}
