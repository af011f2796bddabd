using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>The dispatcher of a leader on another machine, wherever it may be: the managers that are known are asked for it.</summary>
/// <param name="channels">This node's connections.</param>
/// <param name="managers">The managers; what is heard of them goes in there.</param>
/// <param name="address">The address to be known by, or null.</param>
/// <param name="clock">The time.</param>
/// <param name="log">The log.</param>
internal sealed class RemoteDispatcher(ManagerChannels channels, ManagerList managers, string? address, TimeProvider clock, ILogger log) : IDispatcher
{
    /// <summary>How long a leader may take to open a session; longer, and it does not work.</summary>
    private static readonly TimeSpan OpenMax = TimeSpan.FromSeconds(8);

    /// <summary>How long a report waits for a session: on a manager that may be this process by then.</summary>
    private static readonly TimeSpan ReportMax = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private TaskCompletionSource<ManagerChannel> leader = NewLeader();
    private CancellationTokenSource renewed = new();

    /// <summary>Hears what the managers want this node to be.</summary>
    public Action<NodeRole>? RoleWanted { get; init; }

    /// <summary>Hears which roots the managers want this node to trust, PEM.</summary>
    public Action<string>? RootsWanted { get; init; }

    /// <summary>What the node tells of its certificate, each time a session begins.</summary>
    public Func<TlsInfo>? TrustInfo { get; init; }

    /// <summary>Hears that the managers refuse this node for good.</summary>
    public Action<SwarmException>? Refused { get; init; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Assignments> OpenSessionAsync(NodeDescription description, ConditionSource? condition, [EnumeratorCancellation] CancellationToken stop)
    {
        while (true)
        {
            CancellationToken anew;
            lock (gate)
                anew = renewed.Token;
            using var session = await FindAsync(description, condition, stop).ConfigureAwait(false);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, anew);
            Opened(session.Channel);
            var beating = session.BeatAsync(clock, either.Token);
            try
            {
                await foreach (var assignments in session.ReadAsync(Learn, anew, either.Token).ConfigureAwait(false))
                    yield return assignments;
            }
            finally
            {
                Closed();
                await either.CancelAsync().ConfigureAwait(false);
                await beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            if (!anew.IsCancellationRequested)
                yield break;
        }
    }

    /// <inheritdoc/>
    public async Task ReportAsync(IReadOnlyList<TaskStatusReport> reports, CancellationToken stop)
    {
        Task<ManagerChannel> open;
        lock (gate)
            open = leader.Task;
        ManagerChannel channel;
        try
        {
            channel = await open.WaitAsync(ReportMax, clock, stop).ConfigureAwait(false);
        }
        catch (TimeoutException late)
        {
            throw new SwarmException(SwarmErrorCode.Unavailable, "No session with a leader is open; the statuses are reported once there is one.", late);
        }
        foreach (var part in reports.Chunk(StatusesUpValidator.ReportsMax))
            await channel.AskAsync(DispatchCalls.Report, new StatusesUp(part), stop).ConfigureAwait(false);
    }

    /// <summary>Waits until a session is open.</summary>
    public Task UntilOpenAsync(CancellationToken stop)
    {
        lock (gate)
            return leader.Task.WaitAsync(stop);
    }

    /// <summary>Opens the session again over a new connection, as when the certificate was renewed. The agent does not notice.</summary>
    public void Reconnect()
    {
        CancellationTokenSource old;
        lock (gate)
            (old, renewed) = (renewed, new());
        old.Cancel();
    }

    private void Learn(SessionTerms terms)
    {
        managers.Learn(terms.Managers);
        RoleWanted?.Invoke(terms.Role);
        if (terms.Roots is { } roots)
            RootsWanted?.Invoke(roots);
    }

    private static TaskCompletionSource<ManagerChannel> NewLeader() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Opened(ManagerChannel channel)
    {
        managers.Leads(channel.Address);
        log.SessionWith(channel.Address);
        lock (gate)
            leader.TrySetResult(channel);
    }

    private void Closed()
    {
        lock (gate)
            leader = NewLeader();
    }

    private async Task<RemoteSession> FindAsync(NodeDescription description, ConditionSource? condition, CancellationToken stop)
    {
        try
        {
            return await channels.AskLeaderAsync(managers.Candidates, (manager, cancel) => OpenAsync(manager, description, condition, cancel), stop).ConfigureAwait(false);
        }
        catch (SwarmException refusal) when (refusal.Code is SwarmErrorCode.PermissionDenied or SwarmErrorCode.Unauthenticated)
        {
            Refused?.Invoke(refusal);
            throw;
        }
    }

    private async Task<RemoteSession> OpenAsync(ManagerChannel manager, NodeDescription description, ConditionSource? condition, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(OpenMax, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        var session = new RemoteSession(manager);
        try
        {
            await session.BeginAsync(new(description with { TLSInfo = TrustInfo?.Invoke() ?? description.TLSInfo }, address), condition, either.Token).ConfigureAwait(false);
            return session;
        }
        catch (Exception failure)
        {
            session.Dispose();
            if (failure is OperationCanceledException && !stop.IsCancellationRequested)
                throw new SwarmException(SwarmErrorCode.Unavailable, $"The manager at {manager.Address} did not open a session within {OpenMax.TotalSeconds} s.", failure);
            if (failure is RpcException answer)
                throw manager.Explain(answer);
            throw;
        }
    }
}
