using System.Net;
using SwarmPS.Api;

namespace SwarmPS.EndToEnd;

/// <summary>Requests to managers that may be lost while they are asked.</summary>
internal static class ManagerRequests
{
    /// <summary>How long a request may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A node's answer; null where the node does not answer as a manager.</summary>
    public static async Task<T?> TryAsync<T>(LabFixture lab, string node, Func<SwarmClient, CancellationToken, Task<T>> ask) where T : class
    {
        try
        {
            using var late = new CancellationTokenSource(Patience);
            return await ask(lab.Client(node), late.Token);
        }
        catch (Exception fault) when (IsLoss(fault))
        {
            return null;
        }
    }

    /// <summary>What a client sees of a lost manager, and of a node that is not a manager; anything else fails the test.</summary>
    public static bool IsLoss(Exception fault) =>
        fault is SwarmUnreachableException or IOException or OperationCanceledException
            or SwarmApiException { Status: HttpStatusCode.ServiceUnavailable or HttpStatusCode.InternalServerError or HttpStatusCode.GatewayTimeout };
}
