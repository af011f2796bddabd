using System.Globalization;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Scheduling;

/// <summary>The node meets all placement constraints.</summary>
internal sealed class ConstraintFilter(IReadOnlyList<Constraint> constraints, string? unreadable) : NodeFilter
{
    private readonly Refusal refusal = unreadable is not null
        ? new($"cannot be judged by '{unreadable}'", $"cannot be judged by '{unreadable}'")
        : constraints.Count == 1
            ? new($"does not meet the constraint {constraints[0]}", $"do not meet the constraint {constraints[0]}")
            : new("does not meet the constraints " + string.Join(", ", constraints), "do not meet the constraints " + string.Join(", ", constraints));

    public static ConstraintFilter? For(SwarmTask task)
    {
        if (task.Spec.Placement?.Constraints is not { Count: > 0 } texts)
            return null;
        List<Constraint> constraints = [];
        foreach (var text in texts)
        {
            if (!Constraints.TryParse(text, out var constraint, out _))
                return new([], text);
            constraints.Add(constraint);
        }
        return new(constraints, null);
    }

    public override Refusal? Check(NodeLoad load) => unreadable is null && constraints.AreMetBy(load.Node) ? null : refusal;
}

/// <summary>The image is made for the node's platform. A node that has not said what it is may have anything.</summary>
internal sealed class PlatformFilter(ValueList<Platform> wanted) : NodeFilter
{
    private readonly Refusal refusal = Explain(string.Join(" or ", wanted.Select(platform => $"{platform.OS}/{platform.Architecture}")));

    public static PlatformFilter? For(SwarmTask task) =>
        task.Spec.Placement?.Platforms is { Count: > 0 } wanted ? new(wanted) : null;

    public override Refusal? Check(NodeLoad load)
    {
        if (load.Node.Description?.Platform is not { } actual)
            return null;
        foreach (var platform in wanted.AsSpan())
        {
            if (Platforms.Fits(platform, actual))
                return null;
        }
        return refusal;
    }

    private static Refusal Explain(string platforms) =>
        new($"has another platform than the image ({platforms})", $"have another platform than the image ({platforms})");
}

/// <summary>The service has not as many replicas on the node as it may.</summary>
internal sealed class MaxReplicasFilter(ulong most, Func<NodeLoad, int> replicas) : NodeFilter
{
    private readonly Refusal refusal = new(
        string.Create(CultureInfo.InvariantCulture, $"has the most replicas a node may have ({most})"),
        string.Create(CultureInfo.InvariantCulture, $"have the most replicas a node may have ({most})"));

    public static MaxReplicasFilter? For(SwarmTask task, NodeLoads loads) =>
        task.Spec.Placement?.MaxReplicas is > 0 and var most
            ? new(most, load => loads.OfService(task.ServiceId).GetValueOrDefault(load))
            : null;

    public override bool DependsOnLoad => true;

    public override Refusal? Check(NodeLoad load) => (ulong)replicas(load) < most ? null : refusal;
}
