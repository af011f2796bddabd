namespace SwarmPS.Cmdlets.Lab;

/// <summary>What the programs of a lab wrote.</summary>
internal static class LabLog
{
    private const int Lines = 15;

    /// <summary>The last lines of a log, told with its path.</summary>
    public static string Tail(string path)
    {
        if (!File.Exists(path))
            return $"It wrote nothing to {path}.";
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = Math.Max(0, file.Length - (32 << 10));
        using var reader = new StreamReader(file);
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(Lines);
        return $"{path} ends:{Environment.NewLine}{string.Join(Environment.NewLine, lines)}";
    }
}
