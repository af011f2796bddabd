using System.Net;

namespace SwarmPS.Daemon.Networking.Names;

/// <summary>Bounds the questions that wait at the same time: all together, and those of one asker, so that no asker takes the slots of the others. Thread-safe.</summary>
/// <param name="max">Of all askers together.</param>
/// <param name="ofOneMax">Of one asker.</param>
internal sealed class AskerQuota(int max, int ofOneMax)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Network, IPAddress From), int> waiting = [];
    private int all;

    /// <summary>Questions that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
                return all;
        }
    }

    /// <summary>A slot for a question, until it is disposed of; null where none is free.</summary>
    public IDisposable? Enter(string network, IPAddress from)
    {
        lock (gate)
        {
            var asker = (network, from);
            var own = waiting.GetValueOrDefault(asker);
            if (all >= max || own >= ofOneMax)
                return null;
            (all, waiting[asker]) = (all + 1, own + 1);
            return new Slot(this, asker);
        }
    }

    private void Leave((string, IPAddress) asker)
    {
        lock (gate)
        {
            all--;
            if (--waiting[asker] == 0)
                waiting.Remove(asker);
        }
    }

    private sealed class Slot(AskerQuota quota, (string, IPAddress) asker) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
                quota.Leave(asker);
        }
    }
}
