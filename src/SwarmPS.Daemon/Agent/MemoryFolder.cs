using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using SwarmPS.Daemon.Agent.Containers;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>A folder of one task's files that is in memory: a file system of its own, which no disk ever sees.</summary>
/// <param name="path">Where it is mounted.</param>
internal sealed class MemoryFolder(string path)
{
    private const int PageBytes = 4096;

    /// <summary>Room besides the files' own.</summary>
    private const int SpareBytes = 64 << 10;

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const ulong NoSetUid = 2, NoDevices = 4, NoPrograms = 8;
    private const int Detach = 2;
    private const int NotPermitted = 1, NoAccess = 13, Invalid = 22;

    /// <summary>Makes the folder anew with these files. Throws <see cref="TaskRefusedException"/> where this daemon may not.</summary>
    public void Make(IReadOnlyList<(TaskFile File, Payload Data)> files)
    {
        if (OperatingSystem.IsWindows())
            throw new TaskRefusedException("Secrets and configs need a Linux node: give the service the constraint node.platform.os == linux.");
        Remove();
        CreatePrivate();
        try
        {
            Mount(files.Sum(file => (file.Data.Bytes.Length + PageBytes - 1L) / PageBytes * PageBytes) + SpareBytes);
            foreach (var (file, data) in files)
                Write(file, data);
        }
        catch
        {
            Remove();
            throw;
        }
    }

    /// <summary>Empties the files: the container has ended, and will not run again, but may still be looked at.</summary>
    public void Empty()
    {
        if (!Directory.Exists(path))
            return;
        foreach (var file in Directory.EnumerateFiles(path))
        {
            using var open = new FileStream(file, FileMode.Open, FileAccess.Write);
            open.SetLength(0);
        }
    }

    /// <summary>Takes the folder away, and what is in it.</summary>
    public void Remove()
    {
        if (!Directory.Exists(path))
            return;
        Empty();
        // Detached, since a look at it by somebody else must not keep it.
        while (Unmount(path, Detach) == 0)
            continue;
        Directory.Delete(path, recursive: true);
    }

    [UnsupportedOSPlatform("windows")]
    private void CreatePrivate()
    {
        var root = Path.GetDirectoryName(path)!;
        try
        {
            // The folders above may be shared with others, as with the daemon's socket.
            Directory.CreateDirectory(Path.GetDirectoryName(root)!);
            Directory.CreateDirectory(root, SwarmDirectory.DirectoryMode);
            Directory.CreateDirectory(path, SwarmDirectory.DirectoryMode);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new TaskRefusedException($"Secrets and configs need a folder in memory, and {path} could not be made: {refused.Message} Only root may: run swarmpsd as root, or take secrets and configs out of the service.", refused);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void Write(TaskFile file, Payload data)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Private, BufferSize = 0 };
        using (var open = new FileStream(file.Source, options))
            open.Write(data.Bytes);
        if (ChangeOwner(file.Source, file.User, file.Group) != 0)
            throw Failed($"The file of the {file.Kind} {file.Name} could not be given to {file.User}:{file.Group}");
        // After the owner: a change of owner takes bits away.
        File.SetUnixFileMode(file.Source, file.Mode);
    }

    private void Mount(long bytes)
    {
        var size = string.Create(CultureInfo.InvariantCulture, $"mode=0700,size={bytes}");
        // Kernels before 6.4 know no file system in memory that is never swapped out.
        if (Mount("tmpfs", path, "tmpfs", NoSetUid | NoDevices | NoPrograms, size + ",noswap") == 0)
            return;
        if (Marshal.GetLastPInvokeError() == Invalid && Mount("tmpfs", path, "tmpfs", NoSetUid | NoDevices | NoPrograms, size) == 0)
            return;
        throw Failed($"Secrets and configs need a file system in memory, and none could be mounted at {path}");
    }

    private static TaskRefusedException Failed(string what)
    {
        var code = Marshal.GetLastPInvokeError();
        var advice = code is NotPermitted or NoAccess ? " Only root may do this: run swarmpsd as root, or take secrets and configs out of the service." : "";
        return new($"{what}: {new Win32Exception(code).Message}.{advice}");
    }

    [DllImport("libc", EntryPoint = "mount", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int Mount(string source, string target, string type, ulong flags, string options);

    [DllImport("libc", EntryPoint = "umount2", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int Unmount(string target, int flags);

    [DllImport("libc", EntryPoint = "chown", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int ChangeOwner(string path, uint user, uint group);
}
