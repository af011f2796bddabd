using DotNext.Net.Cluster.Consensus.Raft.StateMachine;
using DotNext.Threading;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Consensus;

/// <summary>Says which file is damaged and what to do, where the library only says that something is.</summary>
internal static class Damage
{
    /// <summary>What to do about files that are damaged.</summary>
    private const string Advice =
        "Nothing was changed. Put back a copy of the data root; or, where other managers still have the state, leave the swarm by force and join again.";

    /// <summary>Whether an error is that of damaged or missing files of the log or the state.</summary>
    public static bool Is(SwarmException fault) => fault.InnerException is DamagedFilesException;

    /// <summary>The error for files that are damaged or missing, marked as such; what happened is a sentence with its full stop.</summary>
    public static SwarmException Of(string what, Exception? cause = null) =>
        new(SwarmErrorCode.FailedPrecondition, $"{what} {Advice}", new DamagedFilesException(what, cause));

    /// <summary>The error to end with, for what the log in a directory threw.</summary>
    public static SwarmException Explain(Exception fault, string log) => fault switch
    {
        SwarmException known => known,
        WriteAheadLog.InternalException { InnerException: { } inner } => Explain(inner, log),
        PendingTaskInterruptedException { InnerException: { } inner } => Explain(inner, log),
        WriteAheadLog.HashMismatchException => Damaged(log, "an entry's checksum is wrong", fault),
        WriteAheadLog.MissingPageException => Damaged(log, "a file of it is missing", fault),
        WriteAheadLog.UnsupportedCheckpointVersionException => Damaged(log, "its checkpoint file is of an unknown version", fault),
        IOException or UnauthorizedAccessException => new(
            SwarmErrorCode.Unavailable,
            $"The log in {log} cannot be written or read: {fault.Message} See to it that the disk works and has room, and start again. Everything acknowledged is there.",
            fault),
        _ => Of($"The log in {log} failed: {fault.Message}", fault),
    };

    /// <summary>The error for a file that must be there because another one is.</summary>
    public static SwarmException Missing(string file, string because) =>
        Of($"{file} is missing or empty, though {because} goes on from it.");

    private static SwarmException Damaged(string log, string how, Exception fault) =>
        Of($"The log in {log} is damaged: {how}.", fault);
}
