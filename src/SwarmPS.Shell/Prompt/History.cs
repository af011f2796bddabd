using System.Text;
using System.Text.RegularExpressions;

namespace SwarmPS.Shell.Prompt;

/// <summary>
/// The statements typed at the prompt, kept in a file that only its user reads. A statement of several lines has
/// a backtick at the end of each but the last. What looks like a secret stays out of the file.
/// </summary>
internal sealed partial class History
{
    private const int Most = 1000;

    private readonly List<string> statements;
    private readonly string? path;

    private History(string? path, List<string> statements)
    {
        this.path = path;
        this.statements = statements;
    }

    public IReadOnlyList<string> Statements => statements;

    public static History Open()
    {
        try
        {
            var file = Path.Combine(StateFolder(), "history");
            return new(file, File.Exists(file) ? Load(file) : []);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // A home that cannot be written to is no reason to have no prompt: nothing is kept.
            return new(null, []);
        }
    }

    public void Add(string statement)
    {
        statement = statement.Trim();
        if (statement.Length == 0 || statements.LastOrDefault() == statement)
        {
            return;
        }

        statements.Add(statement);
        if (path is null || Secret().IsMatch(statement))
        {
            return;
        }

        try
        {
            Write(path, FileMode.Append, Encode(statement));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // A full disk costs the history, not the session.
        }
    }

    private static string StateFolder()
    {
        var root = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state ? state
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        var folder = Path.Combine(root, "swarmps");
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return folder;
    }

    private static List<string> Load(string file)
    {
        var found = new List<string>();
        var lines = new StringBuilder();
        foreach (var line in File.ReadLines(file))
        {
            if (line.EndsWith('`'))
            {
                lines.Append(line, 0, line.Length - 1).Append('\n');
            }
            else
            {
                found.Add(lines.Append(line).ToString());
                lines.Clear();
            }
        }

        if (found.Count > 2 * Most)
        {
            found.RemoveRange(0, found.Count - Most);
            Write(file + ".new", FileMode.Create, string.Concat(found.Select(Encode)));
            File.Move(file + ".new", file, overwrite: true);
        }

        return found;
    }

    private static string Encode(string statement) => statement.Replace("\n", "`\n") + "\n";

    private static void Write(string file, FileMode mode, string text)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(file, options);
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    [GeneratedRegex("-AsPlainText|SWMTKN-|SWMKEY-|password|apikey|secret\\s*=", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
