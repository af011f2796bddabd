using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Orchestration;

/// <summary>Whether a placement allows a node, whatever else the node has to do.</summary>
internal static class Eligibility
{
    public static bool Allows(Placement? placement, Node node) => MeetsConstraints(placement, node) && FitsPlatform(placement, node);

    public static bool MeetsConstraints(Placement? placement, Node node)
    {
        if (placement?.Constraints is not { Count: > 0 } texts)
            return true;
        foreach (var text in texts.AsSpan())
        {
            // One that cannot be read was refused when the service was made; should one be stored all the same, no node meets it.
            if (!Constraints.TryParse(text, out var constraint, out _) || !constraint.IsMetBy(node))
                return false;
        }
        return true;
    }

    private static bool FitsPlatform(Placement? placement, Node node) =>
        placement?.Platforms is not { Count: > 0 } platforms ||
        node.Description?.Platform is not { } actual ||
        platforms.Any(wanted => Platforms.Fits(wanted, actual));
}
