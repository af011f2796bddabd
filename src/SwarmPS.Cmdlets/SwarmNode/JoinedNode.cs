using System.Management.Automation;
using System.Net;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmNode;

/// <summary>A node that has just joined, as a manager shows it: one that does not lead hears of it a moment later.</summary>
internal static class JoinedNode
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The node. Throws <see cref="SwarmFailureException"/> where it is not shown soon.</summary>
    public static async Task<Node> FindAsync(SwarmClient swarm, string id, string address, CancellationToken stop)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                if (id.Length > 0)
                    return await swarm.GetNodeAsync(id, stop);
            }
            catch (SwarmApiException missing) when (missing.Status == HttpStatusCode.NotFound && TimeProvider.System.GetElapsedTime(began) < Patience)
            {
                // It is asked again.
            }
            catch (SwarmApiException missing) when (missing.Status == HttpStatusCode.NotFound)
            {
                throw NotShown(swarm, address, missing);
            }
            if (id.Length == 0)
                throw NotShown(swarm, address, null);
            await Task.Delay(Pause, TimeProvider.System, stop);
        }
    }

    private static SwarmFailureException NotShown(SwarmClient swarm, string address, Exception? inner) =>
        new("NodeNotShown", ErrorCategory.ObjectNotFound, $"The node of {address} has joined, but {swarm.Endpoint.Address} does not show it yet. Get-SwarmNode shows it once it does.", inner);
}
