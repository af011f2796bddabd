using System.Diagnostics;
using System.Management.Automation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmDaemon;

/// <summary>Daemons as processes of this machine.</summary>
internal static class DaemonProcess
{
    private const int SigTerm = 15;
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    /// <summary>The process that listens on a socket; null where nobody does, or the system does not tell.</summary>
    public static int? ListenerOf(SwarmEndpoint endpoint)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(endpoint.SocketPath));
        }
        catch (SocketException)
        {
            return null;
        }
        // struct ucred: process, user, group.
        Span<byte> credentials = stackalloc byte[12];
        socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
        return MemoryMarshal.Read<int>(credentials) is > 0 and var pid ? pid : null;
    }

    /// <summary>The daemon whose process id a data root has, where it still runs and is that daemon.</summary>
    public static Process? OfDataRoot(string dataRoot) =>
        DaemonFiles.ReadPid(dataRoot) is { } pid && Find(pid) is { } process && IsDaemon(process, dataRoot) ? process : null;

    /// <summary>A process that runs; null where there is none.</summary>
    public static Process? Find(int pid)
    {
        try
        {
            var process = Process.GetProcessById(pid);
            return process.HasExited ? null : process;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Asks a process to end, in good order.</summary>
    public static void Terminate(Process process)
    {
        if (Kill(process.Id, SigTerm) != 0 && Find(process.Id) is not null)
        {
            throw new SwarmFailureException("PermissionDenied", ErrorCategory.PermissionDenied,
                $"The daemon's process {process.Id} cannot be signalled by this user. Stop it as the user who started it, or as root.");
        }
    }

    /// <summary>Whether a process is a daemon of that data root, and not another that got its number.</summary>
    private static bool IsDaemon(Process process, string dataRoot)
    {
        if (!OperatingSystem.IsLinux())
            return process.ProcessName.Contains("swarmpsd", StringComparison.Ordinal);
        try
        {
            var words = File.ReadAllText($"/proc/{process.Id}/cmdline").Split('\0');
            return words.Any(word => Path.GetFileName(word) is "swarmpsd" or "swarmpsd.dll") && words.Contains(dataRoot);
        }
        catch (IOException)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
