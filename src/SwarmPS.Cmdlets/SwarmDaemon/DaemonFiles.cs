using System.Globalization;

namespace SwarmPS.Cmdlets.SwarmDaemon;

/// <summary>What starting a daemon leaves in its data root.</summary>
internal static class DaemonFiles
{
    /// <summary>The folder of a daemon's state unless told otherwise.</summary>
    public const string DataRootDefault = "/var/lib/swarmps";

    /// <summary>Where it logs.</summary>
    public static string Log(string dataRoot) => Path.Combine(dataRoot, "swarmpsd.log");

    /// <summary>Where its process id stands.</summary>
    public static string Pid(string dataRoot) => Path.Combine(dataRoot, "swarmpsd.pid");

    /// <summary>Makes the folder, for its owner alone.</summary>
    public static void Prepare(string dataRoot)
    {
        if (!OperatingSystem.IsWindows())
            Directory.CreateDirectory(dataRoot, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Writes the process id, for the owner alone.</summary>
    public static void WritePid(string dataRoot, int pid)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new StreamWriter(Pid(dataRoot), options);
        file.WriteLine(pid.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The process id that was written; null where there is none.</summary>
    public static int? ReadPid(string dataRoot)
    {
        try
        {
            return int.TryParse(File.ReadAllText(Pid(dataRoot)).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The last lines of the log after a place in it.</summary>
    /// <param name="dataRoot">The daemon's.</param>
    /// <param name="from">Bytes that were there before.</param>
    /// <param name="lines">How many lines at most.</param>
    public static string TailOfLog(string dataRoot, long from, int lines)
    {
        using var file = new FileStream(Log(dataRoot), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = Math.Max(Math.Min(from, file.Length), file.Length - (64 << 10));
        using var reader = new StreamReader(file);
        var all = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return string.Join(Environment.NewLine, all.TakeLast(lines));
    }
}
