using System.Net;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Names;

/// <summary>The DNS server of a node's containers: it listens on the node's gateway address in each network. Calls are made one after another.</summary>
/// <param name="space">The network namespace to listen in; null for this process's own.</param>
/// <param name="answers">What it answers.</param>
/// <param name="clock">The time.</param>
internal sealed class NameServer(string? space, NameAnswers answers, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>The port of DNS.</summary>
    public const int Port = 53;

    private readonly Dictionary<(string Network, string Gateway), NameListener> listeners = [];

    /// <summary>Listens where there are networks, and only there. Throws <see cref="AggregateException"/> with the reasons where it cannot.</summary>
    public async Task ReconcileAsync(IReadOnlyList<NodeNetwork> networks)
    {
        // What is answered changes at once; listening comes after.
        answers.Set(networks);
        var wanted = networks.Select(network => (network.Id, network.Gateway)).ToHashSet();
        foreach (var (place, listener) in listeners.Where(pair => !wanted.Contains(pair.Key) || !pair.Value.IsAlive).ToList())
        {
            listeners.Remove(place);
            await listener.DisposeAsync().ConfigureAwait(false);
        }
        List<Exception> faults = [];
        foreach (var place in wanted.Where(place => !listeners.ContainsKey(place)))
        {
            try
            {
                listeners[place] = NameListener.Start(space, place.Id, new(IPAddress.Parse(place.Gateway), Port), answers, clock);
            }
            catch (NetworkToolException fault)
            {
                faults.Add(new NetworkToolException(fault.Message, fault) { Networks = [place.Id] });
            }
        }
        if (faults.Count > 0)
            throw new AggregateException(faults);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var listener in listeners.Values)
            await listener.DisposeAsync().ConfigureAwait(false);
        listeners.Clear();
    }
}
