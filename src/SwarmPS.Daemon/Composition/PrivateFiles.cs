using System.Text;

namespace SwarmPS.Daemon.Composition;

/// <summary>Files that only this daemon's user may read.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode FileMode600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode700 = FileMode600 | UnixFileMode.UserExecute;

    /// <summary>Makes a folder of mode 0700, or gives an existing one that mode.</summary>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }
        Directory.CreateDirectory(path, FolderMode700);
        File.SetUnixFileMode(path, FolderMode700);
    }

    /// <summary>Writes a file of mode 0600: whole and on the disk, or not at all.</summary>
    public static void Write(string path, string text)
    {
        var draft = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = FileMode600;
        using (var file = new FileStream(draft, options))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }
        File.Move(draft, path, overwrite: true);
    }
}
