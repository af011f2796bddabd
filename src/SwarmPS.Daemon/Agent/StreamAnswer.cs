using Grpc.Core;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>One stream with a manager, at the node's end.</summary>
/// <param name="call">The stream.</param>
/// <param name="over">Cancelled when the manager has ended it.</param>
internal sealed class StreamAnswer(AsyncDuplexStreamingCall<NodeStreamUp, NodeStreamDown> call, CancellationTokenSource over) : IDisposable
{
    private readonly SemaphoreSlim saying = new(1, 1);
    private Task? listening;

    /// <summary>Answers a question; the answer's refusal, if any, is told. Ends once the manager has ended the stream.</summary>
    public async Task RunAsync(Func<StreamAnswer, NodeStreamDown, CancellationToken, Task> answer, NodeStreamDown question)
    {
        try
        {
            await answer(this, question, over.Token).ConfigureAwait(false);
        }
        catch (SwarmException refusal)
        {
            await SayAsync(new() { Refusal = new(refusal.Code, refusal.Message) }, over.Token).ConfigureAwait(false);
        }
        await call.RequestStream.CompleteAsync().ConfigureAwait(false);
        Listen(static _ => { });
        await listening!.ConfigureAwait(false);
    }

    /// <summary>Hears the manager from now on; the first listener stays the only one, and must not wait.</summary>
    public void Listen(Action<NodeStreamDown> take) => listening ??= ListenAsync(take);

    /// <summary>Says something; waits while the manager does not listen.</summary>
    public async Task SayAsync(NodeStreamUp message, CancellationToken stop)
    {
        await saying.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            await call.RequestStream.WriteAsync(message, stop).ConfigureAwait(false);
        }
        finally
        {
            saying.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => saying.Dispose();

    private async Task ListenAsync(Action<NodeStreamDown> take)
    {
        try
        {
            while (await call.ResponseStream.MoveNext(over.Token).ConfigureAwait(false))
                take(call.ResponseStream.Current);
        }
        catch (Exception gone) when (gone is RpcException or OperationCanceledException or IOException)
        {
            // However the manager ended it: it wants no more.
        }
        await over.CancelAsync().ConfigureAwait(false);
    }
}
