using SwarmPS.Daemon.Networking.Kernel;

namespace SwarmPS.Daemon.Networking;

/// <summary>Not all of a node's networks could be brought about; what could be was.</summary>
/// <param name="faults">What failed.</param>
internal sealed class NetworksNotReachedException(IReadOnlyCollection<Exception> faults)
    : Exception(string.Join(' ', faults.Select(fault => fault.Message)), new AggregateException(faults))
{
    /// <summary>The networks that do not stand, by id, and why. All others do.</summary>
    public IReadOnlyDictionary<string, string> Reasons { get; } = faults.OfType<NetworkToolException>()
        .SelectMany(fault => fault.Networks.Select(network => (network, fault.Message)))
        .GroupBy(pair => pair.network, pair => pair.Message, StringComparer.Ordinal)
        .ToDictionary(reasons => reasons.Key, reasons => string.Join(' ', reasons), StringComparer.Ordinal);
}
