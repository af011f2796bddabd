using SwarmPS.Store;

namespace SwarmPS.Core.Tests.Store;

/// <summary>Agrees with everything at once, or holds entries back until told.</summary>
internal sealed class InMemoryProposer(SwarmStore store) : IProposer
{
    public List<StoreProposal> Proposals { get; } = [];

    public TaskCompletionSource? Gate { get; set; }

    public TaskCompletionSource Entered { get; } = new();

    public Exception? Fault { get; set; }

    public async Task ProposeAsync(StoreProposal proposal, CancellationToken stop)
    {
        Entered.TrySetResult();
        if (Gate is { } gate)
            await gate.Task.WaitAsync(stop);
        if (Fault is { } fault)
            throw fault;
        Proposals.Add(proposal);
        if (!store.Apply(proposal))
            throw new VoidProposalException();
    }
}
