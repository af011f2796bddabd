namespace SwarmPS.Daemon.Networking.Kernel;

/// <summary>The kernel's networking could not be read or changed; the message says what was tried and what the system answered.</summary>
internal sealed class NetworkToolException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The ids of the networks that do not stand because of it; none where it keeps no network as a whole from working.</summary>
    public IReadOnlyCollection<string> Networks { get; init; } = [];
}
