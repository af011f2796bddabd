using System.Globalization;

namespace SwarmPS.Daemon.Persistence;

/// <summary>The files that a daemon keeps under its data root: for the owner alone, in directories for the owner alone.</summary>
/// <param name="Root">The data root.</param>
public sealed record SwarmDirectory(string Root)
{
    /// <summary>Mode of directories: 0700.</summary>
    public const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Mode of files: 0600.</summary>
    public const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const string AsidePrefix = "damaged-";

    private const string AsideTime = "yyyyMMdd'T'HHmmssfff";

    /// <summary>Who this node is and where; written last on entering a swarm.</summary>
    public string NodeFile => Path.Combine(Root, "node.json");

    /// <summary>The node's certificate and key, the root, and the key that seals the keyring.</summary>
    public string Certificates => Path.Combine(Root, "certificates");

    /// <summary>The data keys, sealed.</summary>
    public string KeyringFile => Path.Combine(Root, "keyring");

    /// <summary>The key that seals the keyring where managers start unlocked.</summary>
    public string KeyringKeyFile => Path.Combine(Certificates, "keyring.key");

    /// <summary>The replicated log.</summary>
    public string Raft => Path.Combine(Root, "raft");

    /// <summary>The checkpoint of the store.</summary>
    public string StateFile => Path.Combine(Root, "state.db");

    /// <summary>What the agent must not forget.</summary>
    public string AgentFile => Path.Combine(Root, "agent.db");

    /// <summary>The key that the agent's file is sealed by, itself sealed.</summary>
    public string AgentKeyring => Path.Combine(Root, "agent.keyring");

    /// <summary>The key that seals it: autolock is for managers' data, so this one always lies here.</summary>
    public string AgentKeyFile => Path.Combine(Certificates, "agent.key");

    /// <summary>Where managers are.</summary>
    public string ManagersFile => Path.Combine(Root, "managers.json");

    /// <summary>Makes the data root, and sees to it that no one else may enter it.</summary>
    public void CreateRoot() => CreatePrivate(Root);

    /// <summary>Makes the directories, and sees to it that no one else may enter them.</summary>
    public void Create()
    {
        foreach (var directory in (string[])[Root, Certificates, Raft])
            CreatePrivate(directory);
    }

    /// <summary>Takes away what belongs to a swarm that was left; the agent's file stays with the agent.</summary>
    public void RemoveSwarm()
    {
        // The node file goes first: without it the rest is not taken for a swarm, however far this gets.
        File.Delete(NodeFile);
        DurableFile.SyncDirectory(Root);
        foreach (var file in (string[])[KeyringFile, AgentKeyring, ManagersFile, StateFile, StateFile + "-wal", StateFile + "-shm"])
            File.Delete(file);
        foreach (var directory in (string[])[Raft, Certificates])
        {
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
        }
        DurableFile.SyncDirectory(Root);
    }

    /// <summary>Takes away what only a manager may have: its keys, the log and the state. The node stays in its swarm.</summary>
    public void RemoveManager()
    {
        foreach (var file in (string[])[KeyringFile, KeyringKeyFile, StateFile, StateFile + "-wal", StateFile + "-shm"])
            File.Delete(file);
        if (Directory.Exists(Raft))
            Directory.Delete(Raft, recursive: true);
        CreatePrivate(Raft);
        DurableFile.SyncDirectory(Root);
    }

    /// <summary>
    /// Moves a damaged log and state to a folder of their own, for who wants to look at them, and takes away those of earlier times.
    /// The node stays in its swarm.
    /// </summary>
    public void PutManagerAside(DateTimeOffset now)
    {
        var aside = Path.Combine(Root, AsidePrefix + now.ToString(AsideTime, CultureInfo.InvariantCulture));
        CreatePrivate(aside);
        foreach (var file in (string[])[StateFile, StateFile + "-wal", StateFile + "-shm"])
        {
            if (File.Exists(file))
                File.Move(file, Path.Combine(aside, Path.GetFileName(file)));
        }
        if (Directory.Exists(Raft))
            Directory.Move(Raft, Path.Combine(aside, Path.GetFileName(Raft)));
        CreatePrivate(Raft);
        DurableFile.SyncDirectory(Root);
        foreach (var earlier in Directory.GetDirectories(Root, AsidePrefix + "*"))
        {
            if (earlier != aside && IsAside(Path.GetFileName(earlier)))
                Directory.Delete(earlier, recursive: true);
        }
    }

    /// <summary>Whether a folder is one of ours, and not one that someone named alike.</summary>
    private static bool IsAside(string name) =>
        DateTime.TryParseExact(name.AsSpan(AsidePrefix.Length), AsideTime, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }
        Directory.CreateDirectory(path, DirectoryMode);
        if (File.GetUnixFileMode(path) != DirectoryMode)
            File.SetUnixFileMode(path, DirectoryMode);
    }
}
