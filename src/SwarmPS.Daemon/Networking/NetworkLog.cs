using Microsoft.Extensions.Logging;

namespace SwarmPS.Daemon.Networking;

/// <summary>What the data plane logs: ids 3400 to 3499.</summary>
internal static partial class NetworkLog
{
    [LoggerMessage(3400, LogLevel.Error, "{Reason}")]
    internal static partial void PortNotHad(this ILogger log, string reason);

    [LoggerMessage(3401, LogLevel.Debug, "The engine's network {Network} is not needed any more, but is still in use; it is removed later. {Reason}")]
    internal static partial void NetworkStillUsed(this ILogger log, string network, string reason);
}
