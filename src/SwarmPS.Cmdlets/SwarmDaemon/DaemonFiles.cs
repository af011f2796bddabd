using System.Diagnostics;
using System.Globalization;

namespace SwarmPS.Cmdlets;

/// <summary>The files by which cmdlets find a daemon that they started: its process id and its log, under the data root.</summary>
internal sealed record DaemonFiles(string DataRoot)
{
    /// <summary>Where a daemon keeps its state unless told otherwise.</summary>
    public const string DefaultDataRoot = "/var/lib/swarmps";

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string ProcessFile => Path.Combine(DataRoot, "swarmpsd.pid");

    public string LogFile => Path.Combine(DataRoot, "swarmpsd.log");

    /// <summary>The daemon's process; null where it does not run (any more) or the id belongs to another program by now.</summary>
    public Process? Running()
    {
        if (!File.Exists(ProcessFile) || !int.TryParse(File.ReadAllText(ProcessFile), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return null;
        try
        {
            var process = Process.GetProcessById(id);
            return process.ProcessName.StartsWith("swarmpsd", StringComparison.Ordinal) ? process : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Keeps a process id, for this user alone.</summary>
    public void Keep(int processId)
    {
        File.WriteAllText(ProcessFile, processId.ToString(CultureInfo.InvariantCulture));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(ProcessFile, Private);
    }

    /// <summary>The log's last lines.</summary>
    public string LogTail(int lines) => File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(lines)) : "";
}
