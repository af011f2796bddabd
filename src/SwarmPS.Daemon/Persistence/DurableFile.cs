using System.Runtime.InteropServices;

namespace SwarmPS.Daemon.Persistence;

/// <summary>Writes small files so that after a crash either the old content stands there whole or the new one does.</summary>
public static class DurableFile
{
    /// <summary>Puts <paramref name="content"/> in place of a file, for its owner alone, and returns once that is on the disk.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var next = path + ".next";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = SwarmDirectory.FileMode;
        try
        {
            // What a crash left over may be there with any mode.
            File.Delete(next);
            using (var file = new FileStream(next, options))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }
            File.Move(next, path, overwrite: true);
        }
        catch (IOException)
        {
            File.Delete(next);
            throw;
        }
        SyncDirectory(directory);
    }

    /// <summary>Makes the names in a directory durable. Where the system has no such thing (Windows), nothing is to be done.</summary>
    public static void SyncDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
            return;
        var handle = Open(directory, 0);
        if (handle < 0)
            throw new IOException($"{directory} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
        try
        {
            if (Sync(handle) != 0)
                throw new IOException($"{directory} cannot be written to the disk: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
        finally
        {
            _ = Close(handle);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Sync(int handle);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int handle);
}
