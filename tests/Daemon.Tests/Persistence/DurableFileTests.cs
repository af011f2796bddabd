using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Tests.Consensus;

namespace SwarmPS.Daemon.Tests.Persistence;

public sealed class DurableFileTests : IDisposable
{
    private readonly SwarmDirectory directory = TestManager.NewDirectory();

    public void Dispose() => Directory.Delete(directory.Root, recursive: true);

    [Fact]
    public void Content_IsReplacedWhole_AndNothingIsLeftBeside()
    {
        var path = Path.Combine(directory.Root, "file");
        DurableFile.Write(path, "first, which is longer"u8);
        File.WriteAllText(path + ".next", "left over by a crash");
        DurableFile.Write(path, "second"u8);
        Assert.Equal("second", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(directory.Root));
    }

    [Fact]
    public void AFailure_LeavesTheOldContent()
    {
        var path = Path.Combine(directory.Root, "file");
        Directory.CreateDirectory(path);
        Assert.ThrowsAny<Exception>(() => DurableFile.Write(path, "content"u8));
        Assert.True(Directory.Exists(path));
        Assert.Throws<DirectoryNotFoundException>(() => DurableFile.Write(Path.Combine(directory.Root, "missing", "file"), "content"u8));
    }

    [Fact]
    public void LeavingASwarm_RemovesItsFiles_AndKeepsTheAgents()
    {
        directory.Create();
        foreach (var file in (string[])[directory.NodeFile, directory.KeyringFile, directory.KeyringKeyFile, directory.StateFile, directory.AgentFile, Path.Combine(directory.Raft, "members")])
            File.WriteAllText(file, "x");
        directory.RemoveSwarm();
        Assert.Equal([directory.AgentFile], Directory.GetFileSystemEntries(directory.Root));
        directory.RemoveSwarm();
    }
}
