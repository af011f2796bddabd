using Microsoft.Extensions.Time.Testing;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Core.Tests.Store;

public sealed class SwarmStoreTests : IAsyncDisposable
{
    private readonly FakeTimeProvider clock = new(DateTimeOffset.UnixEpoch.AddDays(1));
    private readonly CancellationTokenSource stop = new(TimeSpan.FromSeconds(30));
    private readonly SwarmStore store;
    private readonly InMemoryProposer proposer;
    private ulong requests;
    private Task writer = Task.CompletedTask;

    public SwarmStoreTests()
    {
        store = new(clock, () => new RequestId(1, ++requests));
        proposer = new(store);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await writer.ContinueWith(_ => { }, TaskScheduler.Default);
        stop.Dispose();
    }

    [Fact]
    public async Task CommittedObject_CarriesVersionAndTimes_AndIsFoundByName()
    {
        Start();
        var made = await store.UpdateAsync(tx => tx.Put(Service("a", "web")), stop.Token);
        var found = store.Current.ServiceNamed("web");
        Assert.Equal(made, found);
        Assert.Equal(1ul, found!.Version.Index);
        Assert.Equal(1ul, store.Current.Version);
        Assert.Equal(Timestamp.From(clock.GetUtcNow()), found.CreatedAt);
    }

    [Fact]
    public async Task ThrowingTransaction_ChangesNothing_AndTellsItsCaller()
    {
        Start();
        var refused = store.UpdateAsync(tx => { tx.Put(Service("a", "web")); throw SwarmException.OutOfSequence(); }, stop.Token);
        Assert.Equal(SwarmErrorCode.OutOfSequence, (await Assert.ThrowsAsync<SwarmException>(() => refused)).Code);
        Assert.Null(store.Current.ServiceNamed("web"));
        Assert.Empty(proposer.Proposals);
    }

    [Fact]
    public async Task TransactionsThatWait_ShareOneEntry_AndSeeOneAnother()
    {
        proposer.Gate = new();
        Start();
        var first = store.UpdateAsync(tx => tx.Put(Service("s0", "first")), stop.Token);
        await proposer.Entered.Task;
        var rest = Enumerable.Range(1, 20).Select(i => store.UpdateAsync(
            tx => tx.Put(Service($"s{i}", $"n{i}")) is var _ ? tx.View.Services.Count : 0, stop.Token)).ToList();
        proposer.Gate.SetResult();
        await first;
        var counts = await Task.WhenAll(rest);
        Assert.Equal(2, proposer.Proposals.Count);
        Assert.Equal(Enumerable.Range(2, 20), counts);
        Assert.Equal(21ul, store.Current.Version);
    }

    [Fact]
    public async Task LostLeadership_FailsThoseThatWaited_WithoutChange()
    {
        proposer.Fault = new SwarmException(SwarmErrorCode.Unavailable, "no quorum");
        Start();
        var refused = await Assert.ThrowsAsync<SwarmException>(() => store.UpdateAsync(tx => tx.Put(Service("a", "web")), stop.Token));
        Assert.Equal(SwarmErrorCode.Unavailable, refused.Code);
        Assert.Equal(0, store.Current.Services.Count);
    }

    [Fact]
    public async Task VoidEntry_IsComputedAnew_OnTheNewerState()
    {
        proposer.Gate = new();
        Start();
        var adding = store.UpdateAsync(tx => tx.Put(Service("a", "web") with { SpecVersion = (tx.View.Services.Find("a")?.SpecVersion ?? 0) + 1 }), stop.Token);
        await proposer.Entered.Task;
        Assert.True(store.Apply(new(0, [new(new(7, 7), Timestamp.Zero, [StoreChange.Put(Service("a", "web") with { SpecVersion = 10 })])])));
        proposer.Gate.SetResult();
        Assert.Equal(11ul, (await adding).SpecVersion);
        Assert.Equal(11ul, store.Current.Services.Find("a")!.SpecVersion);
        Assert.Equal(2ul, store.Current.Version);
    }

    [Fact]
    public async Task RefusedEntry_TellsItsCallersWhy_AndTheWriterGoesOn()
    {
        proposer.Fault = new SwarmException(SwarmErrorCode.Unavailable, "The disk is full.");
        Start();
        var refused = await Assert.ThrowsAsync<SwarmException>(() => store.UpdateAsync(tx => tx.Put(Service("a", "web")), stop.Token));
        Assert.Equal("The disk is full.", refused.Message);
        proposer.Fault = null;
        await store.UpdateAsync(tx => tx.Put(Service("b", "db")), stop.Token);
        Assert.Equal(["db"], store.Current.Services.All.Select(service => service.Spec.Name));
    }

    [Fact]
    public async Task WriterThatEnds_RefusesThoseStillInTheQueue()
    {
        proposer.Gate = new();
        Start();
        var first = store.UpdateAsync(tx => tx.Put(Service("a", "web")), stop.Token);
        await proposer.Entered.Task;
        var second = store.UpdateAsync(tx => tx.Put(Service("b", "db")), stop.Token);
        proposer.Gate.SetException(new IOException("lost"));
        Assert.Contains("may or may not", (await Assert.ThrowsAsync<SwarmException>(() => first)).Message);
        Assert.Contains("nothing was changed", (await Assert.ThrowsAsync<SwarmException>(() => second)).Message);
    }

    [Fact]
    public void RestoredState_HasItsIndexes_AndGoesOnLikeTheOldOne()
    {
        var task = new SwarmTask { Id = "t1", ServiceId = "a", NodeId = "n1" };
        var before = Snapshot.Empty.With([StoreChange.Put(Service("a", "web")), StoreChange.Put(task), StoreChange.Put(task with { Id = "t2", NodeId = "" })]);
        var restored = Snapshot.Restore(5, before.AllObjects(), [new(1, 1)]);
        Assert.Equal(5ul, restored.Version);
        Assert.Equal(before.Count, restored.Count);
        Assert.Equal("a", restored.ServiceNamed("web")?.Id);
        Assert.Equal(["t1", "t2"], restored.TasksOfService("a").Select(t => t.Id).Order());
        Assert.Equal(["t1"], restored.TasksOfNode("n1").Select(t => t.Id));
        Assert.Equal(task, restored.Find(ObjectKind.Task, "t1"));
        var after = restored.With([StoreChange.Put(task with { NodeId = "n2" }), StoreChange.Delete(Service("a", "web"))]);
        Assert.Empty(after.TasksOfNode("n1"));
        Assert.Single(after.TasksOfNode("n2"));
        Assert.Null(after.ServiceNamed("web"));
    }

    [Fact]
    public void EntryOfAnotherState_IsVoid()
    {
        var command = new StoreCommand(new(1, 1), default, [StoreChange.Put(Service("a", "web"))]);
        Assert.False(store.Apply(new(7, [command])));
        Assert.Equal(0ul, store.Current.Version);
    }

    [Fact]
    public void RepeatedRequest_IsAppliedOnce()
    {
        var command = new StoreCommand(new(1, 1), default, [StoreChange.Put(Service("a", "web"))]);
        Assert.True(store.Apply(new(0, [command])));
        Assert.True(store.Apply(new(1, [command with { Changes = [StoreChange.Delete(Service("a", "web"))] }])));
        Assert.NotNull(store.Current.ServiceNamed("web"));
        Assert.Equal(1ul, store.Current.Version);
    }

    [Fact]
    public async Task Subscriber_ReadsAllFirst_ThenGetsJustItsKinds()
    {
        Start();
        using var feed = store.Feed.Subscribe(ObjectKind.Service);
        Assert.True((await feed.NextAsync(stop.Token)).Resync);
        await store.UpdateAsync(tx => tx.Put(new Node { Id = "n" }), stop.Token);
        await store.UpdateAsync(tx => tx.Put(Service("a", "web")), stop.Token);
        await store.UpdateAsync(tx => tx.Delete(tx.View.Services.Find("a")!), stop.Token);
        var batch = await feed.NextAsync(stop.Token);
        Assert.False(batch.Resync);
        Assert.Equal([(true, false), (false, true)], batch.Changes.Select(change => (change.Old is null, change.New is null)));
    }

    [Fact]
    public async Task SubscriberThatFallsBehind_IsToldToReadAnew()
    {
        Start();
        using var feed = store.Feed.Subscribe();
        await feed.NextAsync(stop.Token);
        var tasks = Enumerable.Range(0, ChangeFeed.PendingMax + 1).Select(i => new SwarmTask { Id = $"t{i}", ServiceId = "s" });
        foreach (var chunk in tasks.Chunk(10_000))
            await store.UpdateAsync(tx => Array.ForEach(chunk, task => tx.Put(task)), stop.Token);
        var batch = await feed.NextAsync(stop.Token);
        Assert.True(batch.Resync);
        Assert.Empty(batch.Changes);
    }

    [Fact]
    public void Indexes_FollowChanges()
    {
        var state = Snapshot.Empty.With([StoreChange.Put(new SwarmTask { Id = "t", ServiceId = "s", NodeId = "" })]);
        Assert.Empty(state.TasksOfNode("n"));
        var assigned = state.With([StoreChange.Put(state.Tasks.Find("t")! with { NodeId = "n" })]);
        Assert.Single(assigned.TasksOfNode("n"));
        Assert.Single(assigned.TasksOfService("s"));
        var gone = assigned.With([StoreChange.Delete(assigned.Tasks.Find("t")!)]);
        Assert.Empty(gone.TasksOfNode("n"));
        Assert.Empty(gone.TasksOfService("s"));
        Assert.Single(assigned.TasksOfNode("n"));
    }

    private void Start() => writer = store.RunWriterAsync(proposer, stop.Token);

    private static Service Service(string id, string name) => new() { Id = id, Spec = new() { Name = name } };
}
