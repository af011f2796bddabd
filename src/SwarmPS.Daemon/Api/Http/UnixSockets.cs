using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using SwarmPS.Daemon.Composition;

namespace SwarmPS.Daemon.Api.Http;

/// <summary>Makes the unix sockets that the API listens on.</summary>
internal static class UnixSockets
{
    /// <summary>Bytes of a path that the kernel takes, less the final zero.</summary>
    private const int PathBytesMax = 107;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerAndGroup = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Throws <see cref="ConfigurationException"/> for a path the kernel would not take.</summary>
    public static void CheckLength(string path)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(path) > PathBytesMax)
            throw new ConfigurationException($"--host unix://{path}: the path is longer than the {PathBytesMax} bytes a socket's path may have. Give a shorter one.");
    }

    /// <summary>
    /// A bound socket, not listening yet, so that nobody connects before its mode is set: 0660 for the group where there is
    /// such a group, else 0600. Throws <see cref="ConfigurationException"/> where another daemon answers there.
    /// </summary>
    public static Socket Bind(string path, string group)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            RemoveStale(path);
            socket.Bind(new UnixDomainSocketEndPoint(path));
            Restrict(path, group);
            return socket;
        }
        catch (Exception fault) when (fault is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw new ConfigurationException($"--host unix://{path}: cannot listen there: {fault.Message}. Run as root, or give a path this user may write to.", fault);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A file that nobody answers on is a killed daemon's.</summary>
    private static void RemoveStale(string path)
    {
        if (!Path.Exists(path))
            return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused && IsSocket(path))
        {
            File.Delete(path);
            return;
        }
        catch (SocketException fault)
        {
            throw new ConfigurationException($"--host unix://{path}: something that is no socket of ours is there ({fault.Message}). Remove it, or give another path.", fault);
        }
        throw new ConfigurationException($"--host unix://{path}: another daemon answers there. Stop it, or give another path.");
    }

    // Connecting to a plain file is refused just as connecting to a dead socket is; only a socket may be removed.
    private static bool IsSocket(string path) =>
        OperatingSystem.IsWindows() || (!Directory.Exists(path) && !IsRegular(path));

    private static bool IsRegular(string path)
    {
        try
        {
            using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return true;
        }
        catch (IOException)
        {
            // A socket cannot be opened as a file.
            return false;
        }
    }

    private static void Restrict(string path, string group)
    {
        if (OperatingSystem.IsWindows())
            return;
        var shared = GroupId(group) is { } id && ChangeOwner(path, -1, id) == 0;
        File.SetUnixFileMode(path, shared ? OwnerAndGroup : OwnerOnly);
    }

    private static int? GroupId(string group)
    {
        const string Groups = "/etc/group";
        var line = File.Exists(Groups)
            ? File.ReadLines(Groups).FirstOrDefault(entry => entry.StartsWith(group + ":", StringComparison.Ordinal))
            : null;
        return int.TryParse(line?.Split(':').ElementAtOrDefault(2), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
    }

    [DllImport("libc", EntryPoint = "chown", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int ChangeOwner(string path, int user, int group);
}
