using System.Diagnostics;
using System.Globalization;

namespace SwarmPS.EndToEnd.History;

/// <summary>Says of a history that is not linearizable what a reader can look for in the logs.</summary>
internal static class StaleReads
{
    private const int ShownMax = 20;

    /// <summary>Reads that gave a value although a later one had been acknowledged before they began; the first ones, a line each.</summary>
    public static string Describe(IEnumerable<Operation> history) =>
        string.Join('\n', history.GroupBy(operation => operation.Key).SelectMany(register => Of([.. register])).OrderBy(stale => stale.Read.Called).Select(Line).Take(ShownMax));

    private static IEnumerable<(Operation Read, Operation Newer)> Of(List<Operation> register)
    {
        var writes = register.Where(operation => operation.Written is not null).ToDictionary(write => write.Written!);
        var acknowledged = writes.Values.Where(write => write.IsAcknowledged).ToList();
        foreach (var read in register.Where(operation => operation.Read is not null))
        {
            var known = writes.GetValueOrDefault(read.Read!)?.Returned ?? 0;
            if (acknowledged.Find(write => write.Called > known && write.Returned < read.Called) is { } newer)
                yield return (read, newer);
        }
    }

    private static string Line((Operation Read, Operation Newer) stale) =>
        $"{stale.Read.Key}: {stale.Read.Node} read '{stale.Read.Read}' from {Time(stale.Read.Called)} to {Time(stale.Read.Returned)}; '{stale.Newer.Written}' was written through {stale.Newer.Node} from {Time(stale.Newer.Called)} to {Time(stale.Newer.Returned)}";

    /// <summary>The time of day, as logs have it.</summary>
    private static string Time(long timestamp) => (TimeProvider.System.GetUtcNow() - Stopwatch.GetElapsedTime(timestamp)).ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
