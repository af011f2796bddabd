using SwarmPS.Api;
using SwarmPS.Daemon.Composition;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Api;

/// <summary>A swarm of one manager whose store is in memory and agrees with everything at once.</summary>
internal sealed class FakeMembership : ISwarmMembership, IAsyncDisposable
{
    public const string NodeId = "node1aaaaaaaaaaaaaaaaaaaa";

    private readonly CancellationTokenSource stop = new();
    private ulong requests;
    private Task writer = Task.CompletedTask;
    private Task events = Task.CompletedTask;

    public LocalNodeState State { get; set; } = LocalNodeState.Inactive;

    public string Error { get; set; } = "";

    public SwarmMember? Member { get; set; }

    public SwarmStore Store => Member!.Store;

    public SwarmInitRequest? Initialized { get; private set; }

    public Task<string> RestoreAsync(SwarmRestoreRequest request, string nodeId, IReadOnlyList<StoreObject> objects, CancellationToken cancel) => Task.FromResult(nodeId);

    public async Task<string> InitAsync(SwarmInitRequest request, CancellationToken cancel)
    {
        Initialized = request;
        var store = new SwarmStore(TimeProvider.System, () => new(1, Interlocked.Increment(ref requests)));
        writer = store.RunWriterAsync(new Proposer(store), stop.Token);
        Member = new(NodeId, "10.0.0.1", store) { Events = new(store, TimeProvider.System) };
        events = Member.Events.RunAsync(stop.Token);
        await store.UpdateAsync(
            tx =>
            {
                tx.Put(new SwarmObject { Id = "swarm1aaaaaaaaaaaaaaaaaaa", Spec = request.Spec ?? new() { Name = "default" }, TLSInfo = new("the root"), JoinTokens = new("SWMTKN-1-w", "SWMTKN-1-m") });
                tx.Put(new Node
                {
                    Id = NodeId,
                    Spec = new() { Role = NodeRole.Manager, Availability = request.Availability ?? NodeAvailability.Active },
                    Description = new() { Hostname = "host1", Platform = new() { Architecture = "x86_64", OS = "linux" } },
                    Status = new() { State = NodeState.Ready, Addr = "10.0.0.1" },
                    ManagerStatus = new() { Leader = true, Reachability = Reachability.Reachable, Addr = "10.0.0.1:2377" },
                });
            },
            cancel);
        State = LocalNodeState.Active;
        return NodeId;
    }

    public SwarmJoinRequest? Joined { get; private set; }

    public Task UnlockAsync(string key, CancellationToken cancel) => State is LocalNodeState.Locked
        ? Task.CompletedTask
        : throw new SwarmException(SwarmErrorCode.AlreadyExists, "swarm is not locked");

    public Task JoinAsync(SwarmJoinRequest request, CancellationToken cancel)
    {
        Joined = request;
        return Task.CompletedTask;
    }

    public Task LeaveAsync(bool force, CancellationToken cancel)
    {
        if (Member is not null && !force)
            throw new SwarmException(SwarmErrorCode.Unavailable, "You are attempting to leave the swarm on a node that is participating as a manager.");
        (Member, State) = (null, LocalNodeState.Inactive);
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await writer.ContinueWith(_ => { }, TaskScheduler.Default);
        await events.ContinueWith(_ => { }, TaskScheduler.Default);
        stop.Dispose();
    }

    private sealed class Proposer(SwarmStore store) : IProposer
    {
        public Task ProposeAsync(StoreProposal proposal, CancellationToken stop)
        {
            Assert.True(store.Apply(proposal));
            return Task.CompletedTask;
        }
    }
}
