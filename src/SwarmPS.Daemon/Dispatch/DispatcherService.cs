using System.Net;
using Grpc.Core;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>The dispatcher as nodes on other machines reach it.</summary>
internal sealed class DispatcherService(Dispatcher dispatcher, TermsWatch terms, TimeProvider clock) : IRpcService
{
    /// <summary>Tasks in one message.</summary>
    internal const int TasksMax = 500;

    /// <summary>Bytes of secrets and configs in one message.</summary>
    internal const int PayloadBytesMax = 4 << 20;

    private static readonly NodeRole[] Anyone = [NodeRole.Worker, NodeRole.Manager];

    /// <summary>Makes what a session's beats are noted in.</summary>
    internal Func<TimeProvider, Heartbeat> NewHeartbeat { get; init; } = time => new(time);

    /// <inheritdoc/>
    public void Map(RpcRoutes routes)
    {
        routes.DuplexOnLeader(DispatchCalls.Session, Anyone, SessionUpValidator.Check, ServeAsync);
        routes.UnaryOnLeader(DispatchCalls.Report, Anyone, StatusesUpValidator.Check, async (caller, said, stop) =>
        {
            await dispatcher.For(caller.Subject.NodeId, caller.Address).ReportAsync(said.Reports, stop).ConfigureAwait(false);
            return new();
        });
    }

    /// <summary>Cuts what is too much for one message.</summary>
    internal static IEnumerable<SessionDown> Messages(Assignments assignments)
    {
        var payloads = Cut(assignments.Payloads);
        var tasks = assignments.Tasks.Chunk(TasksMax).ToList();
        if (payloads.Count <= 1 && tasks.Count <= 1)
        {
            yield return new(Assignments: assignments);
            yield break;
        }
        List<Assignments> parts = [.. payloads.Select(part => new Assignments(false, [], []) { Payloads = part }), .. tasks.Select(part => new Assignments(false, part, []))];
        parts[0] = assignments with { Tasks = parts[0].Tasks, Payloads = parts[0].Payloads };
        for (var i = 0; i < parts.Count; i++)
            yield return new(Assignments: parts[i], More: i < parts.Count - 1);
    }

    private static List<IReadOnlyList<AssignedPayload>> Cut(IReadOnlyList<AssignedPayload> payloads)
    {
        List<IReadOnlyList<AssignedPayload>> parts = [];
        List<AssignedPayload> part = [];
        var bytes = 0L;
        foreach (var payload in payloads)
        {
            if (bytes + payload.Data.Bytes.Length > PayloadBytesMax && part.Count > 0)
            {
                parts.Add(part);
                (part, bytes) = ([], 0);
            }
            part.Add(payload);
            bytes += payload.Data.Bytes.Length;
        }
        if (part.Count > 0)
            parts.Add(part);
        return parts;
    }

    private async Task ServeAsync(NodeCaller caller, IAsyncStreamReader<SessionUp> up, IServerStreamWriter<SessionDown> down, CancellationToken stop)
    {
        if (!await up.MoveNext(stop).ConfigureAwait(false) || up.Current.Description is not { } description)
            throw SwarmException.Invalid("A session begins with the node's description.");
        var address = IPAddress.TryParse(up.Current.Address, out var said) && !said.Equals(IPAddress.Any) ? said.ToString() : caller.Address;
        var heartbeat = NewHeartbeat(clock);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var condition = up.Current.Condition is null ? null : new ConditionSource();
        condition?.Set(up.Current.Condition!);
        var listening = ListenAsync(up, heartbeat, condition, ended);
        try
        {
            await TellAsync(caller.Subject.NodeId, dispatcher.For(caller.Subject.NodeId, address, caller.Subject.Role, heartbeat).OpenSessionAsync(description, condition, ended.Token), down, ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The node has gone, or has said all it wanted to say.
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task ListenAsync(IAsyncStreamReader<SessionUp> up, Heartbeat heartbeat, ConditionSource? condition, CancellationTokenSource ended)
    {
        try
        {
            while (await up.MoveNext(ended.Token).ConfigureAwait(false))
            {
                heartbeat.Beat();
                if (up.Current.Condition is { } now)
                    condition?.Set(now);
            }
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Assignments as they come, and between them what changes about the session.</summary>
    private async Task TellAsync(string nodeId, IAsyncEnumerable<Assignments> session, IServerStreamWriter<SessionDown> down, CancellationToken stop)
    {
        SessionTerms? told = null;
        var enumerator = session.GetAsyncEnumerator(stop);
        Task<bool>? next = null;
        try
        {
            while (true)
            {
                next ??= enumerator.MoveNextAsync().AsTask();
                var (shared, changed) = terms.Present;
                var present = shared.For(nodeId);
                // The first message comes when the session is open, not before.
                if (told is not null && told != present)
                    await down.WriteAsync(new(told = present), stop).ConfigureAwait(false);
                if (told is not null && await Task.WhenAny(next, changed).ConfigureAwait(false) != next)
                    continue;
                if (!await next.ConfigureAwait(false))
                    return;
                next = null;
                if (told is null)
                    await down.WriteAsync(new(told = present), stop).ConfigureAwait(false);
                foreach (var message in Messages(enumerator.Current))
                    await down.WriteAsync(message, stop).ConfigureAwait(false);
            }
        }
        finally
        {
            // An enumerator that is still under way must come to its end before it is disposed of; the token has ended it.
            if (next is not null)
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await enumerator.DisposeAsync().ConfigureAwait(false);
        }
    }
}
