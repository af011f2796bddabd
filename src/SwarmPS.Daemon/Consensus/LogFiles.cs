namespace SwarmPS.Daemon.Consensus;

/// <summary>
/// Checks those files of a log that the library takes for a new log's where they are empty or cut off: it would begin anew, and forget entries and
/// votes.
/// </summary>
internal static class LogFiles
{
    /// <summary>The file of the term and the vote.</summary>
    public const string Vote = "state";

    private const string Mark = "checkpoint";

    /// <summary>What the library writes in version 6.12: other lengths are another version's, or damage.</summary>
    private const int VoteBytes = 37;
    private const int MarkBytes = 20;
    private const int MarkVersionBytes = 4;

    /// <summary>Throws <see cref="Model.SwarmException"/> for a file that is missing or damaged.</summary>
    /// <param name="directory">The log's directory.</param>
    /// <param name="because">What needs the files, for the message.</param>
    /// <param name="hasEntries">Whether the log must have an entry, as that of a member always does.</param>
    public static void Check(string directory, string because, bool hasEntries)
    {
        foreach (var (name, bytes) in ((string, int)[])[(Vote, VoteBytes), (Mark, MarkBytes)])
        {
            var path = Path.Combine(directory, name);
            if (!IsFilled(path))
                throw Damage.Missing(path, because);
            if (new FileInfo(path).Length is var length && length != bytes)
                throw Damage.Of($"{path} is damaged: it has {length} bytes instead of {bytes}.");
        }
        var mark = Path.Combine(directory, Mark);
        if (hasEntries && !File.ReadAllBytes(mark).AsSpan(MarkVersionBytes).ContainsAnyExcept((byte)0))
            throw Damage.Of($"{mark} is damaged: it says that the log has no entries.");
    }

    /// <summary>Whether a file is there and not empty.</summary>
    public static bool IsFilled(string path) => new FileInfo(path) is { Exists: true, Length: > 0 };
}
