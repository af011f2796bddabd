using System.Collections.Concurrent;
using System.Security.Cryptography;
using Grpc.Core;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>Opens streams with nodes, from any manager, and lets nodes in that were called.</summary>
/// <param name="address">Where nodes reach this manager.</param>
/// <param name="call">Has the leader, wherever it is, call a node.</param>
/// <param name="dispatcher">The sessions of nodes, where this manager leads.</param>
/// <param name="clock">The time.</param>
internal sealed class NodeStreams(string address, Func<NodeCall, CancellationToken, Task> call, Dispatcher dispatcher, TimeProvider clock) : IRpcService
{
    /// <summary>How long a node may take to come.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Waiting> waiting = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Map(RpcRoutes routes)
    {
        routes.UnaryOnLeader(NodeStreamCalls.Call, [NodeRole.Manager], NodeStreamValidator.Check, async (_, wanted, stop) =>
        {
            await dispatcher.CallAsync(wanted.NodeId, wanted.Call, stop).ConfigureAwait(false);
            return new NodeCalled();
        });
        routes.Duplex(NodeStreamCalls.Attend, [NodeRole.Worker, NodeRole.Manager], NodeStreamValidator.Check, AttendAsync);
    }

    /// <summary>Opens a stream with a node and asks there. Throws <see cref="SwarmException"/>, Unavailable where the node does not come.</summary>
    public async Task<NodeStream> OpenAsync(string nodeId, NodeStreamDown question, CancellationToken stop)
    {
        var id = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        var wanted = new Waiting(nodeId, new(TaskCreationOptions.RunContinuationsAsynchronously));
        waiting[id] = wanted;
        NodeStream? stream = null;
        try
        {
            await call(new(nodeId, new(id, address)), stop).ConfigureAwait(false);
            stream = await wanted.Comes.Task.WaitAsync(Patience, clock, stop).ConfigureAwait(false);
            await stream.TellAsync(question, stop).ConfigureAwait(false);
            return stream;
        }
        catch (Exception failure)
        {
            waiting.TryRemove(id, out _);
            // It may have come at the very last moment.
            if (!wanted.Comes.TrySetCanceled(CancellationToken.None) && wanted.Comes.Task.IsCompletedSuccessfully)
                stream = await wanted.Comes.Task.ConfigureAwait(false);
            stream?.Dispose();
            if (failure is TimeoutException)
                throw new SwarmException(
                    SwarmErrorCode.Unavailable,
                    $"Node {nodeId} was called and did not come to {address} within {Patience.TotalSeconds:0} s. See that it reaches this manager there, and that its swarmpsd is not older than this one.",
                    failure);
            throw;
        }
    }

    private async Task AttendAsync(NodeCaller caller, IAsyncStreamReader<NodeStreamUp> up, IServerStreamWriter<NodeStreamDown> down, CancellationToken stop)
    {
        if (!await up.MoveNext(stop).ConfigureAwait(false) || up.Current.Id is not { } id
            || !waiting.TryGetValue(id, out var wanted) || wanted.NodeId != caller.Subject.NodeId || !waiting.TryRemove(id, out _))
            throw new SwarmException(SwarmErrorCode.NotFound, "Nobody waits for this stream any more.");
        var stream = new NodeStream(caller.Subject.NodeId, up, down, stop).Open();
        if (!wanted.Comes.TrySetResult(stream))
            return;
        // The call lasts as long as whoever wanted the stream holds it, or the node does.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, stream.Closed);
        await Task.Delay(Timeout.InfiniteTimeSpan, clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Someone waits for a node.</summary>
    private sealed record Waiting(string NodeId, TaskCompletionSource<NodeStream> Comes);
}
