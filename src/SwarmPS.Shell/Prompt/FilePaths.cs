namespace SwarmPS.Shell.Prompt;

/// <summary>Completes paths, which PowerShell itself does with cmdlets that this host does not have.</summary>
internal static class FilePaths
{
    private const int Most = 200;

    public static Completions Complete(string line, int position, string current)
    {
        var start = position;
        while (start > 0 && !char.IsWhiteSpace(line[start - 1]))
        {
            start--;
        }

        var word = line[start..position];
        var cut = word.LastIndexOfAny(['/', Path.DirectorySeparatorChar]) + 1;
        var (folder, name) = (word[..cut], word[cut..]);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var searched = Path.Combine(current, folder.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(home, folder[2..]) : folder);
        try
        {
            var found = new DirectoryInfo(searched).EnumerateFileSystemInfos(name + "*")
                .Where(entry => name.Length > 0 || !entry.Name.StartsWith('.'))
                .OrderBy(entry => entry.Name, StringComparer.OrdinalIgnoreCase)
                .Take(Most)
                .Select(entry => Quoted(folder + entry.Name + (entry is DirectoryInfo ? "/" : "")));
            return new(start, word.Length, [.. found]);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // No such folder, or not one to be read: nothing to offer.
            return Completions.None;
        }
    }

    private static string Quoted(string path) =>
        path.AsSpan().IndexOfAny(" '`$;&|(){}\"") < 0 ? path : $"'{path.Replace("'", "''")}'";
}
