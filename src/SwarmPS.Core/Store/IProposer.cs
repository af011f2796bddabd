namespace SwarmPS.Store;

/// <summary>Gets a log entry agreed on. The store needs no more of consensus than this.</summary>
public interface IProposer
{
    /// <summary>
    /// Replicates an entry and returns once it is durable on a quorum and has been applied to this manager's own store.
    /// Fails with <see cref="Model.SwarmException"/> (Unavailable) where this manager does not lead or the quorum is gone.
    /// </summary>
    Task ProposeAsync(StoreProposal proposal, CancellationToken stop);
}
