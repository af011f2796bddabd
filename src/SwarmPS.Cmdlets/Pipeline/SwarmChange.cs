using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Pipeline;

/// <summary>A change of the swarm's spec by a function that looks at nothing else.</summary>
internal static class SwarmChange
{
    /// <summary>Reads the swarm, changes its spec, posts it; anew where somebody else was faster. Gives the swarm as it was.</summary>
    public static Task<SwarmObject> PostAsync(SwarmClient swarm, Func<SwarmSpec, SwarmSpec> change, SwarmRotation rotation, CancellationToken stop) => Revisions.RetryAsync(async () =>
    {
        var now = await swarm.GetSwarmAsync(stop);
        await swarm.UpdateSwarmAsync(change(now.Spec), now.Version.Index, rotation, stop);
        return now;
    });
}
