namespace SwarmPS.Daemon.Composition;

/// <summary>Holds the data root for one daemon alone, as long as it lives: the system lets go of it even after <c>kill -9</c>.</summary>
internal sealed class DataRootLock : IDisposable
{
    private readonly FileStream file;

    private DataRootLock(FileStream file) => this.file = file;

    /// <summary>Takes the data root. Throws <see cref="ConfigurationException"/> where another daemon has it, or it cannot be written.</summary>
    public static DataRootLock Take(string root)
    {
        var path = Path.Combine(root, "lock");
        try
        {
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new ConfigurationException($"{root} cannot be written by this user. Run the daemon as root, or name another folder with --data-root.", fault);
        }
        catch (IOException fault)
        {
            throw new ConfigurationException($"{path} is held: another swarmpsd already runs on {root}. Stop it, or name another folder with --data-root. ({fault.Message})", fault);
        }
    }

    /// <summary>Lets go of the data root.</summary>
    public void Dispose() => file.Dispose();
}
