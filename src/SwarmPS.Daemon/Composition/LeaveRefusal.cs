using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Composition;

/// <summary>Why a manager does not leave its swarm unless it is made to, in Docker's words: what would be lost with it. Pure.</summary>
internal static class LeaveRefusal
{
    private const string Manager = "You are attempting to leave the swarm on a node that is participating as a manager. ";
    private const string Last = "Removing the last manager erases all current state of the swarm. Use `--force` (-Force) to ignore this message.";
    private const string Unknown = "Doing so may lose the consensus of your swarm. ";

    private const string Advice =
        "The only way to restore a swarm that has lost consensus is to reinitialize it with `--force-new-cluster`. Use `--force` (-Force) to suppress this message.";

    /// <summary>The message.</summary>
    /// <param name="state">The state as this manager has it; null where it takes no part in the quorum, as one that is locked.</param>
    public static string Of(Snapshot? state)
    {
        if (state?.Swarm is null)
            return Manager + Unknown + Advice;
        var managers = state.Nodes.All.Where(node => node.ManagerStatus is not null).ToList();
        if (managers.Count <= 1)
            return Manager + Last;
        var left = managers.Count(node => node.ManagerStatus!.Reachability is Reachability.Reachable) - 1;
        return left > managers.Count / 2
            ? Manager + Advice
            : $"{Manager}Removing this node leaves {left} managers out of {managers.Count}. Without a Raft quorum your swarm will be inaccessible. {Advice}";
    }
}
