using System.Globalization;
using SwarmPS.Model;

namespace SwarmPS.Notation;

/// <summary>
/// How many tasks at a time the leader moves, of all services together, to nodes that came or came back after them. A label of the
/// swarm says it; without one it moves none.
/// </summary>
public static class RebalanceBudget
{
    /// <summary>The swarm's label: a number.</summary>
    public const string Label = "swarmps.rebalance";

    /// <summary>What a swarm's labels say; 0 is none. What cannot be read counts as not said: it is refused before it is stored.</summary>
    public static int Of(ValueMap<string>? labels) => labels?.Find(Label) is { } text && TryParse(text, out var budget) ? budget : 0;

    /// <summary>Reads the label's value.</summary>
    public static bool TryParse(string text, out int budget) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out budget);
}
