namespace SwarmPS.Store;

/// <summary>Gets a log entry agreed on. The store needs no more of consensus than this.</summary>
public interface IProposer
{
    /// <summary>
    /// Replicates an entry and returns once it is durable on a quorum and has been applied to this manager's own store.
    /// </summary>
    /// <exception cref="Model.SwarmException">Refused, and certainly not made: this manager does not lead, the disk is full, the entry is too large.</exception>
    /// <exception cref="VoidProposalException">Certainly not made: it was computed on a state that is not the newest.</exception>
    /// <exception cref="Exception">Anything else: it may or may not be made.</exception>
    Task ProposeAsync(StoreProposal proposal, CancellationToken stop);
}
