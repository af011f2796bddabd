using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Leader;

/// <summary>When a manager may become a worker, in swarmkit's words.</summary>
internal static class ManagerRoles
{
    private const string Refused = "rpc error: code = FailedPrecondition desc = ";

    /// <summary>Throws <see cref="SwarmException"/> (FailedPrecondition) for the last manager, and where the others were no quorum. One that is demoted already may be demoted.</summary>
    public static void RequireDemotable(Snapshot state, Node manager)
    {
        if (manager.Spec.Role is not NodeRole.Manager)
            return;
        if (state.Nodes.All.Count(node => node.Spec.Role is NodeRole.Manager) <= 1)
            throw new SwarmException(SwarmErrorCode.FailedPrecondition, Refused + "attempting to demote the last manager of the swarm");
        if (manager.ManagerStatus is not null && !ManagerMembership.MayLose(state, manager))
            throw new SwarmException(SwarmErrorCode.FailedPrecondition, Refused + "can't remove member from the raft: this would result in a loss of quorum");
    }
}
