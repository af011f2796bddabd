using System.Net;
using SwarmPS.Api;

namespace SwarmPS.EndToEnd;

/// <summary>Requests to managers that may be lost while they are asked.</summary>
internal static class ManagerRequests
{
    /// <summary>How long a request may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A node's answer; null where the node does not answer as a manager.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="node">The node.</param>
    /// <param name="ask">Asks it.</param>
    /// <param name="patience">How long it may take; null for <see cref="Patience"/>.</param>
    /// <param name="lost">Hears why there is no answer.</param>
    public static async Task<T?> TryAsync<T>(
        LabFixture lab, string node, Func<SwarmClient, CancellationToken, Task<T>> ask, TimeSpan? patience = null, Action<Exception>? lost = null) where T : class
    {
        try
        {
            using var late = new CancellationTokenSource(patience ?? Patience);
            return await ask(lab.Client(node), late.Token);
        }
        catch (Exception fault) when (IsLoss(fault))
        {
            lost?.Invoke(fault);
            return null;
        }
    }

    /// <summary>What a client sees of a lost manager, and of a node that is not a manager; anything else fails the test.</summary>
    public static bool IsLoss(Exception fault) =>
        fault is SwarmUnreachableException or IOException or OperationCanceledException
            or SwarmApiException { Status: HttpStatusCode.ServiceUnavailable or HttpStatusCode.InternalServerError or HttpStatusCode.GatewayTimeout };
}
