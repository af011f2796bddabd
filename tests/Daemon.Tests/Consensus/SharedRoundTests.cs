using SwarmPS.Daemon.Consensus;

namespace SwarmPS.Daemon.Tests.Consensus;

/// <summary>Reads that share a round see everything that was acknowledged before them.</summary>
public sealed class SharedRoundTests
{
    private const int Callers = 4;
    private const int Calls = 20_000;

    private int begun;

    [Fact]
    public async Task NobodyGetsTheAnswerOfARoundThatBeganBeforeTheCall()
    {
        var round = new SharedRound<int>(async () =>
        {
            var mine = Interlocked.Increment(ref begun);
            await Task.Yield();
            return mine;
        });
        var old = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            var count = 0;
            for (var call = 0; call < Calls; call++)
            {
                var before = Volatile.Read(ref begun);
                count += await round.AskAsync() <= before ? 1 : 0;
            }
            return count;
        })));
        Assert.Equal(0, old.Sum());
    }

    [Fact]
    public async Task ARoundThatFails_FailsForThoseWhoSharedIt_AndForNobodyElse()
    {
        var gates = new Queue<TaskCompletionSource<int>>(Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously)));
        var (first, second, third) = (gates.ElementAt(0), gates.ElementAt(1), gates.ElementAt(2));
        var round = new SharedRound<int>(() => gates.Dequeue().Task);
        var (a, b, c) = (round.AskAsync(), round.AskAsync(), round.AskAsync());
        Assert.Same(b, c);
        first.SetException(new InvalidOperationException("lost"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => a);
        second.SetResult(2);
        Assert.Equal(2, await b);
        third.SetResult(3);
        Assert.Equal(3, await round.AskAsync());
    }
}
