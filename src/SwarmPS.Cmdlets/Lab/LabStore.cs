using Newtonsoft.Json;

namespace SwarmPS.Cmdlets.Lab;

/// <summary>The labs of this machine: a small file each, so that another session finds, changes and ends them.</summary>
/// <param name="folder">Where the files are.</param>
public sealed class LabStore(string folder)
{
    /// <summary>Where the files of a machine's labs are.</summary>
    public const string Default = "/var/lib/swarmps-lab";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Names of the labs.</summary>
    public IReadOnlyList<string> Names() =>
        Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.json").Select(Path.GetFileNameWithoutExtension).OfType<string>().Order(StringComparer.Ordinal)] : [];

    /// <summary>The folder of a lab's files where none is told.</summary>
    public string FolderOf(string name) => Path.Combine(folder, name);

    /// <summary>A lab; null where there is none.</summary>
    public LabState? Find(string name)
    {
        try
        {
            var lab = JsonConvert.DeserializeObject<LabState>(File.ReadAllText(FileOf(name)))!;
            // The processes of before the machine's last start are gone; their numbers may be anybody's.
            return lab.Boot == Boot ? lab : lab with
            {
                Boot = Boot,
                Nodes = [.. lab.Nodes.Select(node => node with { IsPartitioned = false, Containerd = null, Engine = null, Daemon = null })],
            };
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>A lab. Throws <see cref="LabException"/> where there is none.</summary>
    public LabState Get(string name) => Find(name)
        ?? throw new LabException("LabNotFound", $"There is no lab {name}{(Names() is { Count: > 0 } names ? $"; there is {string.Join(", ", names)}" : "")}. Start one with Start-SwarmLab -Name {name}.");

    /// <summary>Changes a lab, one change after another over all sessions; gives what it is then.</summary>
    public async Task<LabState> ChangeAsync(string name, Func<LabState?, LabState> change)
    {
        Directory.CreateDirectory(folder);
        using var alone = await LockAsync().ConfigureAwait(false);
        var lab = change(Find(name));
        var text = FileOf(name) + ".new";
        await File.WriteAllTextAsync(text, JsonConvert.SerializeObject(lab, Formatting.Indented)).ConfigureAwait(false);
        File.Move(text, FileOf(name), overwrite: true);
        return lab;
    }

    /// <summary>Changes a node of a lab.</summary>
    public Task<LabState> ChangeAsync(string name, string node, Func<LabNode, LabNode> change) => ChangeAsync(name, lab => (lab ?? Get(name)).With(node, change));

    /// <summary>Forgets a lab.</summary>
    public void Remove(string name) => File.Delete(FileOf(name));

    /// <summary>The mark of the machine's last start.</summary>
    public static string Boot { get; } = File.Exists("/proc/sys/kernel/random/boot_id") ? File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() : "";

    private string FileOf(string name) => Path.Combine(folder, name + ".json");

    /// <summary>An open file that no other process may open: the lock goes with the process that holds it.</summary>
    private async Task<FileStream> LockAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(Pause, TimeProvider.System).ConfigureAwait(false);
            }
        }
    }
}
