using System.Net;

namespace SwarmPS.Daemon.Agent.Engine;

/// <summary>The engine refused a request; the message is the engine's own.</summary>
internal sealed class EngineException(HttpStatusCode status, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The engine's status code.</summary>
    public HttpStatusCode Status { get; } = status;
}

/// <summary>The engine does not answer.</summary>
internal sealed class EngineUnreachableException(string endpoint, Exception? inner = null)
    : Exception($"Cannot connect to the Docker daemon at {endpoint}. Is the docker daemon running?{Reason(inner)}", inner)
{
    /// <summary>Why, in the words of the system; a missing or refused socket, a missing permission.</summary>
    private static string Reason(Exception? inner) => inner?.GetBaseException().Message is { Length: > 0 } reason ? $" ({reason})" : "";
}
