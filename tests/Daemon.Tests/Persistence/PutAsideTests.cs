using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Tests.Consensus;

namespace SwarmPS.Daemon.Tests.Persistence;

/// <summary>Damaged files of a manager that are put aside: those of the last time are kept, and nothing of anyone else's is touched.</summary>
public sealed class PutAsideTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly SwarmDirectory directory = TestManager.NewDirectory();

    public void Dispose() => Directory.Delete(directory.Root, recursive: true);

    [Fact]
    public void FilesPutAsideAgain_ReplaceThoseOfTheTimeBefore()
    {
        PutAside("first", Noon);
        PutAside("second", Noon.AddHours(1));
        var kept = Assert.Single(Directory.GetDirectories(directory.Root, "damaged-*"));
        Assert.Equal("damaged-20260301T130000000", Path.GetFileName(kept));
        Assert.Equal("second", File.ReadAllText(Path.Combine(kept, "state.db")));
        Assert.Equal("second", File.ReadAllText(Path.Combine(kept, "raft", "members")));
    }

    [Fact]
    public void AFolderThatSomeoneNamedAlike_IsLeftAlone()
    {
        var other = Directory.CreateDirectory(Path.Combine(directory.Root, "damaged-copy")).FullName;
        PutAside("first", Noon);
        PutAside("second", Noon.AddHours(1));
        Assert.True(Directory.Exists(other));
    }

    private void PutAside(string content, DateTimeOffset now)
    {
        directory.Create();
        File.WriteAllText(directory.StateFile, content);
        File.WriteAllText(Path.Combine(directory.Raft, "members"), content);
        directory.PutManagerAside(now);
    }
}
