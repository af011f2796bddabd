using System.Globalization;
using SwarmPS.Model;

namespace SwarmPS.Simulation.Membership;

/// <summary>The life of a process or of a part of it: what waits in it never goes on after its end.</summary>
internal sealed class SimScope(SimScope? parent = null)
{
    private bool ended;

    public bool IsEnded => ended || parent is { IsEnded: true };

    public void End() => ended = true;
}

/// <summary>What a part of a node has yet to see to.</summary>
internal sealed class SimSession
{
    /// <summary>Whether the certificate is to be renewed now.</summary>
    public bool IsHurried { get; set; }

    /// <summary>Whether the certificate names another role than the one the part began with.</summary>
    public bool IsRoleChanged { get; set; }
}

/// <summary>A call as its callee sees it.</summary>
internal sealed class SimCall(SimScope caller)
{
    private bool abandoned;

    /// <summary>Whether nobody waits for the answer any more.</summary>
    public bool IsCancelled => abandoned || caller.IsEnded;

    public void Abandon() => abandoned = true;
}

/// <summary>Virtual time: events in the order of their times, drawn from one seed. Everything runs on one thread.</summary>
internal sealed class MembershipWorld(int seed, MembershipMutations mutations)
{
    private readonly PriorityQueue<Action, (double At, long Number)> events = new();
    private readonly List<Waiter> waiters = [];
    private readonly Queue<string> story = new();
    private long numbers;
    private Exception? fault;

    public Random Random { get; } = new(seed);

    public MembershipMutations Mutations { get; } = mutations;

    public double Now { get; private set; }

    /// <summary>How likely a message is lost.</summary>
    public double Loss { get; set; }

    /// <summary>How likely a message takes long.</summary>
    public double Slow { get; set; }

    public Func<bool> CanReach { get; set; } = static () => true;

    public List<MembershipNode> Nodes { get; } = [];

    public string Story => string.Join('\n', story);

    /// <summary>Transactions so far: each has its own name.</summary>
    public ulong Requests { get; set; }

    public double Draw(double from, double to) => from + ((to - from) * Random.NextDouble());

    public bool Chance(double probability) => Random.NextDouble() < probability;

    public double Latency() => Chance(Slow) ? Draw(0.05, 1.5) : Draw(0.0005, 0.01);

    public void Tell(string line)
    {
        story.Enqueue($"{Now.ToString("0.000", CultureInfo.InvariantCulture)} {line}");
        if (story.Count > 200)
            story.Dequeue();
    }

    public void After(double seconds, Action action) => events.Enqueue(action, (Now + seconds, numbers++));

    /// <summary>Runs the next event.</summary>
    public void Step()
    {
        events.TryDequeue(out var action, out var when);
        Now = when.At;
        action!();
        Wake();
        if (fault is not null)
            throw fault;
    }

    /// <summary>Runs work whose refusals are nobody's concern; any other failure ends the run.</summary>
    public void Run(Func<Task> work) => _ = GuardAsync(work);

    public Task DelayAsync(SimScope scope, double seconds)
    {
        var source = new TaskCompletionSource();
        After(seconds, () =>
        {
            if (!scope.IsEnded)
                source.SetResult();
        });
        return source.Task;
    }

    /// <summary>Waits for a condition; false where it did not hold in time. Whoever waited goes on a little later.</summary>
    public Task<bool> UntilAsync(SimScope scope, Func<bool> condition, double seconds = double.PositiveInfinity)
    {
        var waiter = new Waiter(scope, condition);
        waiters.Add(waiter);
        if (double.IsFinite(seconds))
        {
            After(seconds, () =>
            {
                if (waiters.Remove(waiter) && !scope.IsEnded)
                    waiter.Source.SetResult(false);
            });
        }
        return waiter.Source.Task;
    }

    private void Wake()
    {
        for (var i = 0; i < waiters.Count; i++)
        {
            var waiter = waiters[i];
            if (!waiter.Scope.IsEnded && !waiter.Condition())
                continue;
            waiters.RemoveAt(i--);
            After(Draw(0, 0.002), () =>
            {
                if (!waiter.Scope.IsEnded)
                    waiter.Source.SetResult(true);
            });
        }
    }

    private async Task GuardAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (SwarmException)
        {
            // Told to whoever asked.
        }
        catch (Exception failure)
        {
            fault ??= failure;
        }
    }

    private sealed record Waiter(SimScope Scope, Func<bool> Condition)
    {
        public TaskCompletionSource<bool> Source { get; } = new();
    }
}
