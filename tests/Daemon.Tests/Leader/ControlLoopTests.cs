using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SwarmPS.Allocation;
using SwarmPS.Daemon.Leader;
using SwarmPS.Model;
using SwarmPS.Orchestration;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Leader;

public sealed class ControlLoopTests : IAsyncDisposable
{
    private readonly FakeTimeProvider clock = new(DateTimeOffset.UnixEpoch.AddDays(1));
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private readonly SwarmStore store;
    private readonly Proposer proposer;
    private readonly Task writer;
    private ulong requests;
    private int ids;
    private Task loop = Task.CompletedTask;

    public ControlLoopTests()
    {
        store = new(clock, () => new RequestId(1, ++requests));
        proposer = new(store);
        writer = store.RunWriterAsync(proposer, stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(writer, loop).ContinueWith(_ => { }, TaskScheduler.Default);
        stop.Dispose();
        deadline.Dispose();
    }

    [Fact]
    public async Task NewService_HasItsTasksAssigned_OneCommitLater()
    {
        await SetUpAsync();
        Start();
        await CreateAsync("web", 10);
        await UntilAsync(() => Live("web").Count == 10);
        Assert.All(Live("web"), task => Assert.Equal(TaskState.Assigned, task.Status.State));
        Assert.Equal(2, proposer.Proposals.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ServiceThatCannotBeHandled_IsPassedOver_UntilItChanges(bool isThereBefore)
    {
        await SetUpAsync();
        if (!isThereBefore)
            Start();
        // No request and no older version makes such a one: it stands for a fault in the deciders.
        var bad = new Service { Id = "bad", Spec = new() { Name = "bad", TaskTemplate = null!, Mode = new() { Replicated = new() { Replicas = 1 } } } };
        await store.UpdateAsync(tx => tx.Put(bad), deadline.Token);
        if (isThereBefore)
            Start();
        await CreateAsync("web", 3);
        await UntilAsync(() => Live("web").Count == 3);
        await store.UpdateAsync(tx => tx.Put(bad with { Spec = bad.Spec with { TaskTemplate = new() } }), deadline.Token);
        await UntilAsync(() => Live("bad").Count == 1);
        Assert.False(loop.IsCompleted, "the loop has ended");
    }

    [Fact]
    public async Task WhatWasMissedBeforeTheStart_IsMadeUpFor()
    {
        await SetUpAsync();
        await CreateAsync("web", 3);
        Start();
        await UntilAsync(() => Live("web").Count == 3);
    }

    [Fact]
    public async Task WhatIsToBeForgotten_IsFoundByALeaderThatBegins()
    {
        await SetUpAsync();
        var stopped = new SwarmTask { ServiceId = "gone", Slot = 1, NodeId = "n1", DesiredState = TaskState.Remove, Status = new() { State = TaskState.Shutdown } };
        await store.UpdateAsync(
            tx =>
            {
                tx.Put(stopped with { Id = "over" });
                tx.Put(stopped with { Id = "runs", Status = new() { State = TaskState.Running } });
                tx.Put(stopped with { Id = "waits", NodeId = "", DesiredState = TaskState.Running, Status = new() { State = TaskState.Pending } });
            },
            deadline.Token);
        Start();
        await UntilAsync(() => store.Current.Tasks.All is { Count: 1 } left && left.Single().Id == "runs");
        await ReportAsync(store.Current.Tasks.Find("runs")!, TaskState.Shutdown);
        await UntilAsync(() => store.Current.Tasks.Count == 0);
    }

    [Fact]
    public async Task NetworkThatComesWhileItLeads_HasItsAddressesGiven()
    {
        await SetUpAsync();
        Start();
        await CreateAsync("plain", 1);
        await UntilAsync(() => Live("plain").Count == 1);
        await store.UpdateAsync(tx => tx.Put(NetworkAllocation.Allot(tx.View, "back", new() { Name = "back" })), deadline.Token);
        await CreateAsync("web", 2, new() { Networks = [new() { Target = "back" }] });
        await UntilAsync(() => Live("web") is { Count: 2 } tasks && tasks.TrueForAll(task => task.Status.State == TaskState.Assigned && task.NetworksAttachments is { Count: 1 }));
    }

    [Fact]
    public async Task FailedTask_StartsAnewWhenItsDelayHasPassed()
    {
        await SetUpAsync();
        await CreateAsync("web", 1);
        Start();
        await UntilAsync(() => Live("web").Count == 1);
        var first = Live("web")[0];
        await ReportAsync(first, TaskState.Failed);
        await UntilAsync(() => Live("web") is [var task] && task.Id != first.Id);
        Assert.Equal(TaskState.Ready, Live("web")[0].DesiredState);
        await UntilAsync(() =>
        {
            // The loop may still be about to set its timer.
            clock.Advance(TimeSpan.FromSeconds(5));
            return Live("web") is [{ DesiredState: TaskState.Running }];
        });
    }

    [Fact]
    public async Task ReportsOfProgress_CostNoCommit()
    {
        await SetUpAsync();
        await CreateAsync("web", 5);
        Start();
        await UntilAsync(() => Live("web").Count == 5);
        var commits = proposer.Proposals.Count;
        foreach (var task in Live("web"))
            await ReportAsync(task, TaskState.Running);
        await CreateAsync("other", 1);
        await UntilAsync(() => Live("other").Count == 1);
        Assert.Equal(commits + 7, proposer.Proposals.Count);
    }

    [Fact]
    public async Task LargeService_IsMadeInSeveralRounds()
    {
        await SetUpAsync();
        Start();
        await CreateAsync("web", 5_000);
        await UntilAsync(() => Live("web").Count == 5_000);
        Assert.All(proposer.Proposals, proposal => Assert.True(proposal.Commands.Sum(command => command.Changes.Count) <= 2 * ControlRound.ChangesMaxDefault));
        Assert.All(Live("web"), task => Assert.Equal(TaskState.Assigned, task.Status.State));
    }

    [Fact]
    public async Task RefusedRound_IsDecidedAnewAfterAWhile()
    {
        await SetUpAsync();
        await CreateAsync("web", 2);
        proposer.Refusals.Enqueue(new SwarmException(SwarmErrorCode.Unavailable, "The disk is full."));
        Start();
        await UntilAsync(() => proposer.Refusals.Count == 0);
        Assert.Empty(Live("web"));
        await UntilAsync(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            return Live("web").Count == 2;
        });
    }

    [Fact]
    public async Task RoundTooLargeForTheLog_IsMadeSmaller()
    {
        await SetUpAsync();
        await CreateAsync("web", 900);
        proposer.ChangesMax = 100;
        Start();
        await UntilAsync(() => Live("web").Count == 900);
    }

    [Fact]
    public async Task VoidRound_IsDecidedAnew()
    {
        await SetUpAsync();
        await CreateAsync("web", 2);
        proposer.Refusals.Enqueue(new VoidProposalException());
        Start();
        await UntilAsync(() => Live("web").Count == 2);
        Assert.Equal([1ul, 2], Live("web").Select(task => task.Slot).Order().ToArray());
    }

    [Fact]
    public async Task FaultOfNoObject_EndsTheLoop()
    {
        await SetUpAsync();
        loop = new ControlLoop(store, new BrokenClock(), () => "id", NullLogger.Instance).RunAsync(stop.Token);
        await CreateAsync("web", 1);
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => loop.WaitAsync(deadline.Token));
        Assert.Equal("no time", fault.Message);
    }

    [Fact]
    public async Task ManyServicesAtOnce_AllGetTheirTasks_WithoutOvercommitment()
    {
        await SetUpAsync();
        Start();
        var template = new TaskSpec { Resources = new() { Reservations = new() { MemoryBytes = 1 << 20 } } };
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => CreateAsync($"s{i}", 2, template)));
        await UntilAsync(() => Enumerable.Range(0, 60).All(i => Live($"s{i}").Count == 2));
        // The two nodes have room for 100 such tasks in all.
        await UntilAsync(() => store.Current.Tasks.All.Count(task => task.Status.State == TaskState.Pending && task.Status.Err is not null) == 20);
        Assert.Equal(50, store.Current.TasksOfNode("n1").Count);
        Assert.Equal(50, store.Current.TasksOfNode("n2").Count);
    }

    [Fact]
    public async Task SwitchToAWholeNewSet_ComesByItself_WhenTheLastTaskWasWatched()
    {
        await SetUpAsync();
        Start();
        await CreateAsync("web", 4);
        await UntilAsync(() => Live("web").Count == 4);
        var old = Live("web");
        foreach (var task in old)
            await ReportAsync(task, TaskState.Running);
        await store.UpdateAsync(
            tx =>
            {
                var service = tx.View.ServiceNamed("web")!;
                var spec = service.Spec with { TaskTemplate = new() { ForceUpdate = 1 }, UpdateConfig = new() { Parallelism = 0, Order = UpdateOrder.StartFirst } };
                return tx.Put(ServiceUpdates.Apply(service, spec, tx.NextVersion, tx.Now));
            },
            deadline.Token);
        await UntilAsync(() => Live("web").Count == 8);
        foreach (var task in Live("web").ExceptBy(old.Select(task => task.Id), task => task.Id))
            await ReportAsync(task, TaskState.Running);
        await UntilAsync(() => Live("web").Count(task => !task.RunningSince.IsZero) == 4);
        clock.Advance(TimeSpan.FromSeconds(4.9));
        await CreateAsync("other", 1);
        await UntilAsync(() => Live("other").Count == 1);
        Assert.Equal(8, Live("web").Count);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        await UntilAsync(() => Live("web").Count == 4);
        Assert.Empty(Live("web").IntersectBy(old.Select(task => task.Id), task => task.Id));
    }

    private async Task SetUpAsync()
    {
        foreach (var name in new[] { "n1", "n2" })
        {
            await store.UpdateAsync(
                tx => tx.Put(new Node
                {
                    Id = name,
                    Status = new() { State = NodeState.Ready },
                    Description = new() { Resources = new() { NanoCPUs = 4_000_000_000, MemoryBytes = 50 << 20 } },
                }),
                deadline.Token);
        }
        proposer.Proposals.Clear();
    }

    private void Start() => loop = new ControlLoop(
        store, clock, () => Interlocked.Increment(ref ids).ToString("D6", CultureInfo.InvariantCulture), NullLogger.Instance).RunAsync(stop.Token);

    private Task CreateAsync(string name, ulong replicas, TaskSpec? template = null) => store.UpdateAsync(
        tx => tx.Put(ServiceUpdates.Create(name, new() { Name = name, Mode = new() { Replicated = new(replicas) }, TaskTemplate = template ?? new() }, tx.NextVersion, tx.Now)),
        deadline.Token);

    private Task ReportAsync(SwarmTask task, TaskState state) => store.UpdateAsync(
        tx => tx.Put(tx.View.Tasks.Find(task.Id)! with { Status = task.Status with { State = state, Timestamp = tx.Now } }),
        deadline.Token);

    private List<SwarmTask> Live(string service) =>
        store.Current.TasksOfService(service).Where(task => task.DesiredState <= TaskState.Running).ToList();

    /// <summary>Looks after each change, and now and then for what is no change of the store.</summary>
    private async Task UntilAsync(Func<bool> condition)
    {
        using var feed = store.Feed.Subscribe();
        feed.TryNext();
        while (!condition())
        {
            if (loop.IsFaulted)
                await loop;
            await Task.WhenAny(feed.NextAsync(deadline.Token), Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, deadline.Token));
            deadline.Token.ThrowIfCancellationRequested();
        }
    }

    private sealed class BrokenClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => throw new InvalidOperationException("no time");
    }

    private sealed class Proposer(SwarmStore store) : IProposer
    {
        public Recorded<StoreProposal> Proposals { get; } = new();

        public Queue<Exception> Refusals { get; } = [];

        public int ChangesMax { get; set; } = int.MaxValue;

        public Task ProposeAsync(StoreProposal proposal, CancellationToken stop)
        {
            if (Refusals.TryPeek(out _) && proposal.Commands.Any(command => command.Changes.Any(change => change.Kind == ObjectKind.Task)))
                throw Refusals.Dequeue();
            if (proposal.Commands.Sum(command => command.Changes.Count) > ChangesMax)
                throw SwarmException.Invalid("too large");
            Proposals.Add(proposal);
            Assert.True(store.Apply(proposal));
            return Task.CompletedTask;
        }
    }
}
