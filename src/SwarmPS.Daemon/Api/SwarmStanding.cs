using SwarmPS.Api;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Forwarding;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api;

/// <summary>Where this node stands, as <c>/info</c> and <c>/_ping</c> tell it, and the refusals that follow from it.</summary>
internal static class SwarmStanding
{
    /// <summary>In the word of the <c>Swarm</c> header: <c>active/manager</c>, <c>inactive</c>.</summary>
    public static string Word(ISwarmMembership membership)
    {
        var state = ApiEnumConverter.Word(membership.State);
        return membership.State is LocalNodeState.Active ? $"{state}/{(IsManager(membership) ? "manager" : "worker")}" : state;
    }

    /// <summary>The <c>Swarm</c> block of <c>/info</c>: the swarm without its tokens.</summary>
    public static SwarmInfo Of(ISwarmMembership membership)
    {
        var member = membership.Member;
        var info = new SwarmInfo
        {
            NodeId = member?.NodeId ?? "",
            NodeAddr = member?.NodeAddr ?? "",
            LocalNodeState = ApiEnumConverter.Word(membership.State),
            ControlAvailable = IsManager(membership),
            Error = membership.Error,
        };
        if (member?.Store.Current is not { Swarm: { } swarm } state)
            return info with { RemoteManagers = member?.KnownManagers?.Invoke().ToValueList() };
        var managers = state.Nodes.All.Where(node => node.ManagerStatus is not null).OrderBy(node => node.Id, StringComparer.Ordinal);
        return info with
        {
            RemoteManagers = managers.Select(node => new RemoteManager(node.Id, node.ManagerStatus!.Addr ?? "")).ToValueList(),
            Nodes = state.Nodes.Count,
            Managers = state.Nodes.All.Count(node => node.Spec.Role is NodeRole.Manager),
            Cluster = swarm with { JoinTokens = null },
        };
    }

    /// <summary>Whether this node holds the store.</summary>
    public static bool IsManager(ISwarmMembership membership) =>
        membership.State is LocalNodeState.Active && membership.Member is { Store.Current.Swarm: not null };

    /// <summary>This node as a manager of its swarm. Throws <see cref="SwarmException"/> where it is none, in Docker's words.</summary>
    public static SwarmMember Manager(ISwarmMembership membership)
    {
        if (membership.Member is { } member && IsManager(membership))
            return member;
        throw new SwarmException(SwarmErrorCode.Unavailable, membership.State switch
        {
            LocalNodeState.Inactive =>
                "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" (Initialize-Swarm) to connect this node to swarm and try again.",
            LocalNodeState.Locked =>
                "Swarm is encrypted and needs to be unlocked before it can be used. Please use \"docker swarm unlock\" to unlock it.",
            LocalNodeState.Pending =>
                "This node is not a swarm manager: it is still starting, or joining a swarm. Try again in a moment.",
            LocalNodeState.Error =>
                $"This node is not a swarm manager: {membership.Error}",
            LocalNodeState.Active =>
                WorkerRefusal.Text,
        });
    }
}
