using SwarmPS.Daemon.Security;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Rpc;

/// <summary>This node's connections to managers, one for each address, by mutual TLS.</summary>
internal sealed class ManagerChannels(PeerTrust trust) : IDisposable
{
    private static readonly TimeSpan LongestElection = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);

    private readonly Lock gate = new();
    private Dictionary<string, ManagerChannel> open = [];
    private Dictionary<string, ManagerChannel> old = [];
    private bool closed;

    /// <summary>The channel to a manager.</summary>
    public ManagerChannel To(string address)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            if (open.TryGetValue(address, out var channel))
                return channel;
            string? refusal = null;
            channel = new(address, trust.ClientOfManager(said => refusal = said), () => refusal);
            open.Add(address, channel);
            return channel;
        }
    }

    /// <summary>
    /// Asks the leader: the first of the managers that is reached says who that is. Throws <see cref="SwarmException"/>, Unavailable
    /// where no leader is found.
    /// </summary>
    /// <param name="managers">Where managers may be, the likeliest first.</param>
    /// <param name="ask">Asks one of them.</param>
    /// <param name="stop">Gives up.</param>
    /// <param name="clock">The time, where an election that is under way is to be waited for, 10 s at the most.</param>
    public async Task<T> AskLeaderAsync<T>(
        IEnumerable<string> managers, Func<ManagerChannel, CancellationToken, Task<T>> ask, CancellationToken stop, TimeProvider? clock = null)
    {
        var candidates = managers.ToList();
        var began = clock?.GetTimestamp() ?? 0;
        while (true)
        {
            List<string> answers = [];
            var (found, isElecting, answer) = await TryLeaderAsync(candidates, ask, answers, stop).ConfigureAwait(false);
            if (found)
                return answer!;
            if (!isElecting || clock is null || clock.GetElapsedTime(began) > LongestElection)
                throw new SwarmException(
                    SwarmErrorCode.Unavailable,
                    answers.Count == 0 ? "No manager's address is known." : $"The swarm's leader is not reached. {string.Join(" ", answers)}");
            await Task.Delay(BetweenTries, clock, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Asks one manager after the other; whether a manager answered that it does not lead tells an election from a swarm out of reach.</summary>
    private async Task<(bool Found, bool IsElecting, T? Answer)> TryLeaderAsync<T>(
        List<string> managers, Func<ManagerChannel, CancellationToken, Task<T>> ask, List<string> answers, CancellationToken stop)
    {
        var next = new LinkedList<string>(managers);
        HashSet<string> asked = [];
        var isElecting = false;
        while (next.First is { Value: var address })
        {
            next.RemoveFirst();
            if (!asked.Add(address))
                continue;
            try
            {
                return (true, false, await ask(To(address), stop).ConfigureAwait(false));
            }
            catch (NotLeadingException elsewhere)
            {
                isElecting = true;
                answers.Add($"{address}: {elsewhere.Message}");
                if (elsewhere.Leader is { } leader)
                    next.AddFirst(leader);
            }
            catch (SwarmException refusal) when (refusal.Code is SwarmErrorCode.Unavailable)
            {
                answers.Add(refusal.Message);
            }
        }
        return (false, isElecting, default);
    }

    /// <summary>
    /// Lets the next calls make new connections, as after the certificate has changed; calls under way go on, until the certificate
    /// changes once more.
    /// </summary>
    public void Recycle()
    {
        lock (gate)
        {
            foreach (var channel in old.Values)
                channel.Dispose();
            (old, open) = (open, []);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
            foreach (var channel in open.Values.Concat(old.Values))
                channel.Dispose();
            open.Clear();
            old.Clear();
        }
    }
}
