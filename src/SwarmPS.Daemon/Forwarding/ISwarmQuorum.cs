namespace SwarmPS.Daemon.Forwarding;

/// <summary>What a manager's API needs of the other managers: who leads, and that it answers in the leader's place.</summary>
public interface ISwarmQuorum
{
    /// <summary>Whether this manager leads.</summary>
    bool IsLeader { get; }

    /// <summary>Cancelled when this manager leads no more, and while it does not.</summary>
    CancellationToken Leadership { get; }

    /// <summary>
    /// Returns once this manager's store has all that was acknowledged before the call, by whichever manager. Throws
    /// <see cref="LeaderChangedException"/> where no leader could vouch for that.
    /// </summary>
    Task CatchUpAsync(CancellationToken stop);

    /// <summary>Has the leader answer. Throws <see cref="LeaderChangedException"/> where it is not known whether it did.</summary>
    Task<ForwardedAnswer> ForwardAsync(ForwardedRequest request, CancellationToken stop);

    /// <summary>
    /// Waits until this manager's store has a version. Throws <see cref="LeaderChangedException"/> where it has no leader to get it from, and
    /// <see cref="SwarmPS.Model.SwarmException"/> where it is no manager any more.
    /// </summary>
    Task ReachedAsync(ulong version, CancellationToken stop);

    /// <summary>Waits for a change of the leader, or a little while.</summary>
    Task LeaderChangedAsync(CancellationToken stop);

    /// <summary>Why there is no leader, and what to do.</summary>
    string NoLeader { get; }
}

/// <summary>The leader changed or was lost while it was asked: what was asked for may or may not have been done. Ask again, with the same request id.</summary>
/// <param name="message">What happened.</param>
/// <param name="cause">What was thrown for it.</param>
public sealed class LeaderChangedException(string message, Exception? cause = null) : Exception(message, cause);
