using SwarmPS.Store;

namespace SwarmPS.Bench.Scheduling;

/// <summary>Agrees at once: a store without consensus or disk.</summary>
internal sealed class ImmediateProposer(SwarmStore store) : IProposer
{
    public Task ProposeAsync(StoreProposal proposal, CancellationToken stop) =>
        store.Apply(proposal) ? Task.CompletedTask : throw new VoidProposalException();
}
