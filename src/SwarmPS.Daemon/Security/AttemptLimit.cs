namespace SwarmPS.Daemon.Security;

/// <summary>
/// Slows down whoever guesses: after some refused attempts an address has to wait. Attempts that succeed cost nothing, so many nodes
/// may join from behind one address.
/// </summary>
internal sealed class AttemptLimit(TimeProvider clock)
{
    /// <summary>Refused attempts that an address has at once.</summary>
    public const int Burst = 10;

    /// <summary>Addresses that are kept; where there are more, those that have waited longest are forgotten.</summary>
    private const int AddressesMax = 10_000;

    /// <summary>How long it takes until one more attempt is granted.</summary>
    public static readonly TimeSpan Refill = TimeSpan.FromSeconds(6);

    private readonly Lock gate = new();

    /// <summary>When each address will have all its attempts again.</summary>
    private readonly Dictionary<string, DateTimeOffset> full = [];

    /// <summary>How long the address has to wait; zero where it need not.</summary>
    public TimeSpan WaitOf(string address)
    {
        lock (gate)
        {
            var debt = full.GetValueOrDefault(address) - clock.GetUtcNow() - ((Burst - 1) * Refill);
            return debt > TimeSpan.Zero ? debt : TimeSpan.Zero;
        }
    }

    /// <summary>The address was refused.</summary>
    public void Refused(string address)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            if (full.Count >= AddressesMax)
                Forget(now);
            var from = full.GetValueOrDefault(address);
            full[address] = (from > now ? from : now) + Refill;
        }
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var address in full.Where(entry => entry.Value <= now).Select(entry => entry.Key).ToList())
            full.Remove(address);
        foreach (var address in full.OrderBy(entry => entry.Value).Take(full.Count - (AddressesMax / 2)).Select(entry => entry.Key).ToList())
            full.Remove(address);
    }
}
