using System.Net;
using System.Text.RegularExpressions;

namespace SwarmPS.Api;

/// <summary>The daemon refused a request; the message is its own, without the words of a protocol that a person has no use for.</summary>
public sealed partial class SwarmApiException(HttpStatusCode status, string message) : Exception(ProtocolWords().Replace(message, ""))
{
    /// <summary>The answer's status.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>Whether the object had changed since the version that was named: read it and try again.</summary>
    public bool IsOutOfSequence => Message.Contains("update out of sequence", StringComparison.Ordinal);

    [GeneratedRegex(@"^rpc error: code = \w+ desc = ", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ProtocolWords();
}

/// <summary>Why a daemon could not be reached.</summary>
public enum UnreachableReason
{
    /// <summary>There is no socket, or nobody listens on it.</summary>
    NotRunning,

    /// <summary>The socket does not admit this user.</summary>
    PermissionDenied,

    /// <summary>The connection broke.</summary>
    Broken,

    /// <summary>The daemon's certificate is not trusted, or this client has none.</summary>
    NotTrusted,
}

/// <summary>The daemon could not be reached; the message names the address and says what to do.</summary>
public sealed class SwarmUnreachableException(UnreachableReason reason, string message, Exception inner) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public UnreachableReason Reason { get; } = reason;
}
