using SwarmPS.Model;

namespace SwarmPS.Daemon.Composition;

/// <summary>The managers were asked to take this node in and have not said that they did. It may count already, so it goes on asking.</summary>
internal sealed class JoinGoesOnException : Exception
{
    /// <summary>The error for whoever asked to join, in Docker's words.</summary>
    public static SwarmException Refusal() => new(
        SwarmErrorCode.Unavailable,
        "Timeout was reached before node joined. The attempt to join the swarm will continue in the background. Use the \"docker info\" command (Get-Swarm) to see the current swarm status of your node.",
        new JoinGoesOnException());
}
