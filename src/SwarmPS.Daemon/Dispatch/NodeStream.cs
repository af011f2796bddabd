using System.Runtime.CompilerServices;
using Grpc.Core;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>A stream with a node, at the manager's end. Nothing is read before it is asked for, so a slow reader slows the node.</summary>
internal sealed class NodeStream(string nodeId, IAsyncStreamReader<NodeStreamUp> up, IServerStreamWriter<NodeStreamDown> down, CancellationToken gone) : IDisposable
{
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly CancellationTokenSource closed = new();

    /// <summary>Cancelled when this end has closed the stream.</summary>
    public CancellationToken Closed { get; private set; }

    /// <summary>Takes hold of the token before anything can close the stream.</summary>
    public NodeStream Open()
    {
        Closed = closed.Token;
        return this;
    }

    /// <summary>Tells the node something; waits while it does not listen. Throws <see cref="SwarmException"/>.</summary>
    public async Task TellAsync(NodeStreamDown message, CancellationToken stop)
    {
        await writing.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            await down.WriteAsync(message, stop).ConfigureAwait(false);
        }
        catch (Exception broken) when (IsBroken(broken, stop))
        {
            throw Lost(broken);
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>What the node says next; null when it has said all. Throws <see cref="SwarmException"/>: its refusal, or that it is lost.</summary>
    public async Task<NodeStreamUp?> NextAsync(CancellationToken stop)
    {
        try
        {
            if (!await up.MoveNext(stop).ConfigureAwait(false))
                return null;
        }
        catch (Exception broken) when (IsBroken(broken, stop))
        {
            throw Lost(broken);
        }
        return up.Current.Refusal is { } refusal ? throw new SwarmException(refusal.Code, refusal.Message) : up.Current;
    }

    /// <summary>All the output there is from here on.</summary>
    public async IAsyncEnumerable<StreamOutput> OutputAsync([EnumeratorCancellation] CancellationToken stop)
    {
        while (await NextAsync(stop).ConfigureAwait(false) is { } message)
        {
            if (message.Output is { } output)
                yield return output;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => closed.Cancel();

    private bool IsBroken(Exception fault, CancellationToken stop) => !stop.IsCancellationRequested &&
        (fault is RpcException or IOException or InvalidOperationException || (fault is OperationCanceledException && gone.IsCancellationRequested));

    private SwarmException Lost(Exception broken) =>
        new(SwarmErrorCode.Unavailable, $"The connection with node {nodeId} broke off. What was under way there may go on; look before you try again.", broken);
}
