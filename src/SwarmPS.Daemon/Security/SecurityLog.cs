using Microsoft.Extensions.Logging;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Security;

/// <summary>What is logged of trust: ids 3300 to 3399. Never a token, never a key.</summary>
internal static partial class SecurityLog
{
    [LoggerMessage(3300, LogLevel.Information, "Node {NodeId} joins as {Role} from {Address}")]
    internal static partial void CertificateIssued(this ILogger log, string nodeId, NodeRole role, string address);

    [LoggerMessage(3301, LogLevel.Information, "Node {NodeId} has its next certificate, as {Role}")]
    internal static partial void CertificateRenewed(this ILogger log, string nodeId, NodeRole role);

    [LoggerMessage(3302, LogLevel.Warning, "A wrong join token came from {Address}")]
    internal static partial void TokenRefused(this ILogger log, string address);

    [LoggerMessage(3303, LogLevel.Warning, "The certificate, which is valid until {NotAfter}, could not be renewed and will be tried again: {Reason}")]
    internal static partial void RenewalFailed(this ILogger log, DateTimeOffset notAfter, string reason);

    [LoggerMessage(3304, LogLevel.Information, "The certificate was renewed and is valid until {NotAfter}")]
    internal static partial void Renewed(this ILogger log, DateTimeOffset notAfter);

    [LoggerMessage(3305, LogLevel.Information, "This manager {How} when it starts again")]
    internal static partial void Autolock(this ILogger log, string how);

    [LoggerMessage(3306, LogLevel.Information, "Every node has a certificate of the new root: the old one is trusted no more, and the join tokens have changed")]
    internal static partial void RootChanged(this ILogger log);

    [LoggerMessage(3307, LogLevel.Warning, "The request for a certificate that the removed node {NodeId} joined by came once more, with a valid join token, from {Address}: it was refused. Change the join tokens where that was not you")]
    internal static partial void RemovedNodeRefused(this ILogger log, string nodeId, string address);
}
