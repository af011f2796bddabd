using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Dispatch;

/// <summary>A dispatcher on a store whose consensus is one manager's memory, with made-up time.</summary>
internal sealed class DispatchHarness : IAsyncDisposable, IProposer
{
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> loops = [];
    private ulong requests;
    private CancellationTokenSource term = new();
    private Task leading = Task.CompletedTask;

    public DispatchHarness()
    {
        Store = new(Clock, () => new RequestId(1, Interlocked.Increment(ref requests)));
        Dispatcher = new(Store, new(), Clock, NullLogger.Instance);
        loops.Add(Store.RunWriterAsync(this, stop.Token));
        Lead();
    }

    public CountedTime Clock { get; } = new();

    public SwarmStore Store { get; }

    public Dispatcher Dispatcher { get; }

    /// <summary>Entries proposed so far.</summary>
    public Recorded<StoreProposal> Proposals { get; } = new();

    /// <summary>Holds entries back until it is done.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public void Lead()
    {
        term = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        leading = Dispatcher.RunAsync(term.Token);
    }

    public async Task StopLeadingAsync()
    {
        await term.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leading);
    }

    public Task PutAsync(params StoreObject[] objects) => Store.UpdateAsync(tx => Array.ForEach(objects, value => tx.Put(value)), stop.Token);

    public Task DeleteAsync(StoreObject value) => Store.UpdateAsync(tx => tx.Delete(value), stop.Token);

    public Session Open(string nodeId = "node1", NodeDescription? description = null, ConditionSource? condition = null) =>
        new(Dispatcher.For(nodeId, "10.0.0.7"), description ?? new() { Hostname = "h" }) { Condition = condition };

    public Node Node(string id = "node1") => Store.Current.Nodes.Find(id)!;

    public SwarmTask? Found(string id) => Store.Current.Tasks.Find(id);

    /// <summary>Waits until a node's state in the store is this one; time goes by meanwhile where <paramref name="step"/> is given.</summary>
    public Task NodeBecomesAsync(NodeState state, TimeSpan? step = null, string id = "node1") => UntilNodeIsAsync(state, step ?? TimeSpan.Zero, () => { }, id);

    /// <summary>The same, while time goes by and others are heard.</summary>
    public Task NodeBecomesAsync(NodeState state, Action meanwhile, string id) => UntilNodeIsAsync(state, TimeSpan.FromMilliseconds(100), meanwhile, id);

    /// <summary>Lets a second go by, after which the watch of silent nodes waits anew.</summary>
    public async Task WatchesAsync()
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var before = Clock.Timers;
        Clock.Advance(NodeWatch.LookInterval);
        while (Clock.Timers == before)
        {
            Assert.False(late.IsCancellationRequested, "the watch does not wait");
            await Task.Yield();
        }
    }

    private async Task UntilNodeIsAsync(NodeState state, TimeSpan step, Action meanwhile, string id)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (Node(id).Status.State != state)
        {
            Assert.False(late.IsCancellationRequested, $"node {id} is {Node(id).Status} and not {state}");
            if (step > TimeSpan.Zero)
                Clock.Advance(step);
            meanwhile();
            await Task.Yield();
        }
    }

    public async Task ProposeAsync(StoreProposal proposal, CancellationToken stop)
    {
        await Gate.WaitAsync(stop);
        Proposals.Add(proposal);
        Assert.True(Store.Apply(proposal));
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        foreach (var loop in loops.Append(leading))
            await loop.ContinueWith(_ => { }, TaskScheduler.Default);
        stop.Dispose();
        term.Dispose();
    }

    /// <summary>Made-up time that counts who waits for it.</summary>
    internal sealed class CountedTime() : FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50))
    {
        private int timers;

        public int Timers => Volatile.Read(ref timers);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref timers);
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }

    /// <summary>A node's session, read message by message.</summary>
    internal sealed class Session(IDispatcher dispatcher, NodeDescription description) : IAsyncDisposable
    {
        private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

        private readonly CancellationTokenSource stop = new();
        private IAsyncEnumerator<Assignments>? messages;
        private Task<bool>? next;

        public IDispatcher Dispatcher => dispatcher;

        /// <summary>What the node tells of itself; null where it tells nothing, and is ready with its session.</summary>
        public ConditionSource? Condition { get; init; }

        /// <summary>What the node knows by the messages read so far.</summary>
        public SessionView View { get; } = new();

        /// <summary>The next message. How what has changed is cut into messages depends on timing: assert it of the first one only, else use <see cref="UntilAsync"/>.</summary>
        public async Task<Assignments> NextAsync()
        {
            Begin();
            Assert.True(await next!.WaitAsync(Deadline));
            var message = messages!.Current;
            View.Take(message);
            next = messages.MoveNextAsync().AsTask();
            return message;
        }

        /// <summary>Reads messages until what the node knows is so.</summary>
        public async Task UntilAsync(Func<SessionView, bool> isSo, string expected)
        {
            Begin();
            while (!isSo(View))
            {
                try
                {
                    await next!.WaitAsync(Deadline);
                }
                catch (TimeoutException)
                {
                    Assert.Fail($"the node was not told: {expected}. It knows: {View}");
                }
                await NextAsync();
            }
        }

        /// <summary>How the session ends.</summary>
        public async Task<SwarmException> FaultAsync()
        {
            Begin();
            return await Assert.ThrowsAsync<SwarmException>(() => next!.WaitAsync(Deadline));
        }

        public Task ReportAsync(string taskId, SwarmTaskStatus status) => dispatcher.ReportAsync([new(taskId, status)], CancellationToken.None).WaitAsync(Deadline);

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            if (next is not null)
                await next.ContinueWith(_ => { }, TaskScheduler.Default);
            if (messages is not null)
                await messages.DisposeAsync();
        }

        private void Begin()
        {
            messages ??= dispatcher.OpenSessionAsync(description, Condition, stop.Token).GetAsyncEnumerator(stop.Token);
            next ??= messages.MoveNextAsync().AsTask();
        }
    }
}
