using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmJoinToken;

/// <summary>The swarm's tokens, and where its managers answer.</summary>
internal static class JoinTokenLookup
{
    private const string PortDefault = ":2377";

    /// <summary>The tokens of some roles.</summary>
    public static async Task<IReadOnlyList<SwarmJoinTokenInfo>> GetAsync(SwarmClient swarm, IEnumerable<NodeRole> roles, CancellationToken stop)
    {
        var cluster = swarm.GetSwarmAsync(stop);
        var managers = ManagersOf((await swarm.GetInfoAsync(stop)).Swarm ?? new());
        var tokens = (await cluster).JoinTokens
            ?? throw new SwarmFailureException("JoinTokenNotFound", ErrorCategory.ObjectNotFound, "The daemon shows no join tokens. Ask a manager of the swarm: Get-Swarm shows whether this node is one.");
        return [.. roles.Distinct().Order().Select(role => new SwarmJoinTokenInfo(role, role == NodeRole.Manager ? tokens.Manager : tokens.Worker, managers))];
    }

    private static string[] ManagersOf(SwarmInfo info)
    {
        var known = info.RemoteManagers.OrEmpty().Select(manager => manager.Addr).Where(address => address.Length > 0).ToArray();
        if (known.Length > 0 || info.NodeAddr.Length == 0)
            return known;
        return [(info.NodeAddr.Contains(':', StringComparison.Ordinal) ? $"[{info.NodeAddr}]" : info.NodeAddr) + PortDefault];
    }
}
