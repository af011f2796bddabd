using Microsoft.Extensions.Logging;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Composition;

/// <summary>What loops log of objects that they could not handle: id 2290.</summary>
internal static partial class ObjectFaultLog
{
    [LoggerMessage(2290, LogLevel.Error, "{Kind} {Id} could not be handled by the loop '{Loop}', and is passed over until it changes. Please report this")]
    internal static partial void PassedOver(this ILogger log, Exception fault, ObjectKind kind, string id, string loop);
}
