using SwarmPS.Daemon.Composition;
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

    /// <summary>A new object's id.</summary>
    public string NewId() => ObjectIds.Format(Random(IdBytes));

    /// <summary>Random bytes.</summary>
    public byte[] Random(int count)
    {
        var bytes = new byte[count];
        options.Random(bytes);
        return bytes;
    }

    /// <summary>Runs a transaction. Throws <see cref="SwarmException"/> (Unavailable) where the swarm does not agree on it in time.</summary>
    public async Task<T> MakeAsync<T>(Func<StoreTransaction, T> work, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(options.ChangeTimeout, options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            return await Manager.Store.UpdateAsync(work, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new SwarmException(
                SwarmErrorCode.Unavailable,
                $"The swarm did not agree on the change within {options.ChangeTimeout.TotalSeconds:0} s: it has no leader, or not enough managers are reachable. The change may still be made; look at the present state before you try again.");
        }
    }

    /// <summary>Runs a transaction that gives nothing back.</summary>
    public Task MakeAsync(Action<StoreTransaction> work, CancellationToken stop) =>
        MakeAsync<object?>(tx => { work(tx); return null; }, stop);
}
