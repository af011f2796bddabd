using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Forwarding;
using SwarmPS.Model;
using SwarmPS.Notation;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api;

/// <summary>Changes of the swarm that clients ask for: made by this manager, within a time.</summary>
internal sealed class SwarmChanges(ApiServerOptions options)
{
    private const int IdBytes = 16;

    /// <summary>This node in its swarm. Throws <see cref="SwarmException"/> where it is no manager.</summary>
    public SwarmMember Manager => SwarmStanding.Manager(options.Membership);

    /// <summary>The newest state. Throws <see cref="SwarmException"/> where this node is no manager.</summary>
    public Snapshot State => Manager.Store.Current;

    /// <summary>The time.</summary>
    public TimeProvider Clock => options.Clock;

    /// <summary>A new object's id.</summary>
    public string NewId() => ObjectIds.Format(Random(IdBytes));

    /// <summary>Random bytes, 32 at most; a request that is tried again gets the same ones.</summary>
    public byte[] Random(int count)
    {
        var bytes = new byte[count];
        if (ClientRequest.Current is { } request)
            request.Fill(bytes);
        else
            options.Random(bytes);
        return bytes;
    }

    /// <summary>
    /// Runs a transaction, once for each request however often that is tried; what it removes is looked up in it, for a request that
    /// is tried again finds it no more. Throws <see cref="SwarmException"/> (Unavailable)
    /// where the swarm does not agree on it in time, <see cref="LeaderChangedException"/> where this manager stopped leading.
    /// </summary>
    public async Task MakeAsync(Action<StoreTransaction> work, CancellationToken stop)
    {
        var manager = Manager;
        var leadership = manager.Quorum?.Leadership ?? CancellationToken.None;
        using var limit = new CancellationTokenSource(options.ChangeTimeout, options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token, leadership);
        try
        {
            await manager.Store.UpdateAsync<object?>(ClientRequest.Current?.NextTransaction(), tx => { work(tx); return null; }, either.Token).ConfigureAwait(false);
        }
        catch (AppliedBeforeException)
        {
            // By an earlier try, whose answer was lost.
        }
        catch (Exception lost) when (manager.Quorum is { } quorum && !stop.IsCancellationRequested && IsLost(lost, leadership.IsCancellationRequested || !quorum.IsLeader))
        {
            throw new LeaderChangedException("This manager stopped leading while the change was being written.", lost);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new SwarmException(
                SwarmErrorCode.Unavailable,
                $"The swarm did not agree on the change within {options.ChangeTimeout.TotalSeconds:0} s: it has no leader, or not enough managers are reachable. The change may still be made; look at the present state before you try again.");
        }
    }

    /// <summary>Whether a change failed for no other reason than that someone else leads now, or will.</summary>
    private static bool IsLost(Exception fault, bool leadershipLost) => fault switch
    {
        SwarmException { InnerException: WriterEndedException } => true,
        SwarmException { Code: SwarmErrorCode.Unavailable } or OperationCanceledException => leadershipLost,
        _ => false,
    };
}
