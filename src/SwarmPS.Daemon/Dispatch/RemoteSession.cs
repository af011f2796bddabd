using System.Runtime.CompilerServices;
using Grpc.Core;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>One session of this node with a leader on another machine.</summary>
internal sealed class RemoteSession : IDisposable
{
    private static readonly Task Never = new TaskCompletionSource().Task;

    private readonly CancellationTokenSource closed = new();
    private readonly AsyncDuplexStreamingCall<SessionUp, SessionDown> call;
    private ConditionSource? condition;
    private Task changed = Never;
    private SessionTerms? terms;

    /// <summary>A session that has not begun.</summary>
    public RemoteSession(ManagerChannel channel)
    {
        Channel = channel;
        call = channel.Calls.AsyncDuplexStreamingCall(DispatchCalls.Session, null, new(cancellationToken: closed.Token));
    }

    /// <summary>The leader.</summary>
    public ManagerChannel Channel { get; }

    /// <summary>Says who the node is, and returns once the leader has taken it in. Throws <see cref="RpcException"/>.</summary>
    public async Task BeginAsync(SessionUp who, ConditionSource? source, CancellationToken stop)
    {
        using var giveUp = stop.Register(closed.Cancel);
        condition = source;
        if (source is not null)
        {
            (var now, changed) = source.Present;
            who = who with { Condition = now };
        }
        try
        {
            await call.RequestStream.WriteAsync(who, stop).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is InvalidOperationException or RpcException)
        {
            // Why the call has ended already, reading tells.
        }
        if (!await call.ResponseStream.MoveNext(stop).ConfigureAwait(false))
            throw new RpcException(new(StatusCode.Unavailable, "The manager ended the session before it began."));
        terms = call.ResponseStream.Current.Terms;
    }

    /// <summary>
    /// Beats as often as the leader wants, and tells at once when the node's condition has changed, until stopped or until the session breaks,
    /// which reading tells.
    /// </summary>
    public async Task BeatAsync(TimeProvider clock, CancellationToken stop)
    {
        while (Volatile.Read(ref terms)?.BeatEvery is { } every && every > TimeSpan.Zero)
        {
            using var early = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(changed, Task.Delay(every, clock, early.Token)).ConfigureAwait(false);
            await early.CancelAsync().ConfigureAwait(false);
            stop.ThrowIfCancellationRequested();
            SessionUp beat = new();
            if (changed.IsCompleted && condition is not null)
            {
                (var now, changed) = condition.Present;
                beat = beat with { Condition = now };
            }
            await call.RequestStream.WriteAsync(beat, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Assignments, each whole, until the session ends or <paramref name="anew"/> asks for another one.</summary>
    public async IAsyncEnumerable<Assignments> ReadAsync(Action<SessionTerms> learn, CancellationToken anew, [EnumeratorCancellation] CancellationToken stop)
    {
        Learn(learn);
        Assignments? whole = null;
        while (await NextAsync(anew, stop).ConfigureAwait(false) is { } message)
        {
            if (message.Terms is not null)
            {
                Volatile.Write(ref terms, message.Terms);
                Learn(learn);
            }
            if (message.Assignments is not { } part)
                continue;
            whole = whole is null ? part : whole with { Tasks = [.. whole.Tasks, .. part.Tasks], Payloads = [.. whole.Payloads, .. part.Payloads] };
            if (message.More)
                continue;
            yield return whole;
            whole = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        closed.Cancel();
        call.Dispose();
        closed.Dispose();
    }

    private void Learn(Action<SessionTerms> learn)
    {
        if (terms is not null)
            learn(terms);
    }

    private async Task<SessionDown?> NextAsync(CancellationToken anew, CancellationToken stop)
    {
        try
        {
            return await call.ResponseStream.MoveNext(stop).ConfigureAwait(false) ? call.ResponseStream.Current : null;
        }
        catch (RpcException broken)
        {
            throw Channel.Explain(broken);
        }
        catch (OperationCanceledException) when (anew.IsCancellationRequested)
        {
            return null;
        }
    }
}
