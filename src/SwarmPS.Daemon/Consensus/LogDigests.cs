using System.Security.Cryptography;
using System.Text;
using SwarmPS.Daemon.Persistence;

namespace SwarmPS.Daemon.Consensus;

/// <summary>
/// Digests of those files of a log that the library does not check itself: who voted, what is committed, and the members. A stop leaves them in
/// <c>digests</c> beside the log, one line a file as sha256sum writes them; a start compares and removes them before it changes the log. After a crash
/// there are none.
/// </summary>
internal static class LogDigests
{
    private const string Name = "digests";
    private const string Between = "  ";

    /// <summary>The files, by their paths in the log's directory.</summary>
    public static readonly IReadOnlyList<string> Files = [MemberFile.Name, "log/state", "log/checkpoint"];

    /// <summary>Writes the digests; the log must be closed.</summary>
    /// <param name="raft">The log's directory.</param>
    public static void Write(string raft)
    {
        var lines = Files.Where(file => File.Exists(Path.Combine(raft, file))).Select(file => DigestOf(Path.Combine(raft, file)) + Between + file + "\n");
        DurableFile.Write(Path.Combine(raft, Name), Encoding.ASCII.GetBytes(DigestedText.SealLines(string.Concat(lines))));
    }

    /// <summary>Compares the files with the digests, where there are any. Throws <see cref="Model.SwarmException"/> for a damaged file.</summary>
    public static void Check(string raft)
    {
        var path = Path.Combine(raft, Name);
        if (!File.Exists(path))
            return;
        foreach (var line in Read(path))
        {
            var (digest, file) = (line[..(SHA256.HashSizeInBytes * 2)], Path.Combine(raft, line[((SHA256.HashSizeInBytes * 2) + Between.Length)..]));
            // Where one that is missing is needed, the log's opening says so.
            if (File.Exists(file) && DigestOf(file) != digest)
                throw Damage.Of($"{file} is damaged: it has changed since the daemon stopped.");
        }
    }

    /// <summary>Removes the digests, before the log changes.</summary>
    public static void Remove(string raft)
    {
        var path = Path.Combine(raft, Name);
        if (!File.Exists(path))
            return;
        File.Delete(path);
        DurableFile.SyncDirectory(raft);
    }

    /// <summary>None where they are damaged themselves: the log is as after a crash then.</summary>
    private static string[] Read(string path)
    {
        try
        {
            return DigestedText.OpenLines(File.ReadAllText(path)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }

    private static string DigestOf(string file)
    {
        using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }
}
