using SwarmPS.Model;

namespace SwarmPS.Scheduling;

/// <summary>The node's data plane has applied the task's networks. A task without a network of the swarm needs nothing of it.</summary>
/// <param name="networks">The ids of the task's networks.</param>
internal sealed class DataPlaneFilter(IReadOnlyList<string> networks) : NodeFilter
{
    private static readonly Refusal Unapplied = new("cannot apply its networks", "cannot apply their networks");

    public static DataPlaneFilter? For(SwarmTask task) =>
        task.NetworksAttachments.OrEmpty() is { Count: > 0 } attachments ? new([.. attachments.Select(attachment => attachment.Network?.Id ?? "")]) : null;

    public override Refusal? Check(NodeLoad load) =>
        load.Node.Status.Unapplied is { Count: > 0 } lacking && networks.Any(lacking.Contains) ? Unapplied : null;
}
