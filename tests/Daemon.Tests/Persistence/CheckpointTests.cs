using System.Text;
using Microsoft.Data.Sqlite;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Tests.Consensus;
using SwarmPS.Model;
using SwarmPS.Model.Validation;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Persistence;

public sealed class CheckpointTests : IDisposable
{
    private static readonly RequestId[] Requests = [new(1, 2), new(3, ulong.MaxValue)];

    private readonly SwarmDirectory directory = TestManager.NewDirectory();
    private readonly Keyring keyring;

    public CheckpointTests()
    {
        directory.Create();
        keyring = Keyring.Create(directory.KeyringFile, KeyEncryptionKey.FromFile(directory.KeyringKeyFile));
    }

    public void Dispose() => Directory.Delete(directory.Root, recursive: true);

    [Fact]
    public void ANewOne_IsEmpty()
    {
        using var checkpoint = Open();
        Assert.Null(checkpoint.ReadHeader());
    }

    [Fact]
    public void AState_ComesBackWhole()
    {
        var state = State(Filled.Of<SwarmObject>(), StoredReports.Heal(Filled.Of<Node>()), Filled.Of<Service>(), StoredReports.Heal(Filled.Of<SwarmTask>()), Filled.Of<Network>());
        using (var checkpoint = Open())
            checkpoint.Write(17, 3, state, null);
        Same(state, 17, 3);
    }

    [Fact]
    public void Changes_AreWrittenWithoutTheRest()
    {
        var before = State(new Node { Id = "kept" }, new Node { Id = "changed" }, new Node { Id = "gone" });
        var after = before.With([StoreChange.Put(new Node { Id = "changed", Version = new(9) }), StoreChange.Put(new SwarmTask { Id = "new" }), StoreChange.Delete(new Node { Id = "gone" })]);
        using (var checkpoint = Open())
        {
            checkpoint.Write(1, 1, before, null);
            checkpoint.Write(2, 1, after, [(ObjectKind.Node, "changed"), (ObjectKind.Task, "new"), (ObjectKind.Node, "gone"), (ObjectKind.Node, "never was")]);
        }
        Same(after, 2, 1);
    }

    [Fact]
    public void WhatIsInTheFile_IsSealed_ForTheOwnerAlone()
    {
        using var checkpoint = Open();
        checkpoint.Write(1, 1, State(new Service { Id = "s", Spec = new() { Name = "known-plaintext-name" } }), null);
        foreach (var file in Directory.GetFiles(directory.Root))
        {
            Assert.DoesNotContain("known-plaintext", Encoding.Latin1.GetString(ReadShared(file)));
            if (!OperatingSystem.IsWindows())
                Assert.Equal(SwarmDirectory.FileMode, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public void AnExport_IsImportedByAnother_WithTheSameKeys()
    {
        var state = State([.. Enumerable.Range(0, 500).Select(i => new SwarmTask { Id = $"t{i}", ServiceName = new string('x', i) })]);
        using var stream = new MemoryStream();
        using (var checkpoint = Open())
        {
            checkpoint.Write(8, 2, state, null);
            Assert.Equal(checkpoint.Export(8, null), checkpoint.Export(8, stream));
            Assert.Throws<IOException>(() => checkpoint.Export(7, stream));
        }
        File.Delete(directory.StateFile);
        using (var other = Open())
        {
            other.Write(1, 1, State(new Node { Id = "old" }), null);
            stream.Position = 0;
            var (header, imported) = other.Import(stream);
            Assert.Equal((8L, 2L), (header.Index, header.Term));
            Assert.Equal(500, imported.Tasks.Count);
        }
        Same(state, 8, 2);
    }

    [Fact]
    public void AnExportThatIsCutOff_OrChanged_LeavesTheOldState()
    {
        var old = State(new Node { Id = "old" });
        using (var checkpoint = Open())
        {
            using var stream = new MemoryStream();
            checkpoint.Write(8, 2, State(new Node { Id = "a" }, new Node { Id = "b" }), null);
            checkpoint.Export(8, stream);
            var whole = stream.ToArray();
            checkpoint.Write(9, 2, old, null);
            for (var length = 0; length < whole.Length; length += 7)
                Assert.Throws<SwarmException>(() => checkpoint.Import(new MemoryStream(whole[..length])));
            whole[^1] ^= 1;
            var refusal = Assert.Throws<SwarmException>(() => checkpoint.Import(new MemoryStream(whole)));
            Assert.Equal(SwarmErrorCode.Unavailable, refusal.Code);
        }
        Same(old, 9, 2);
    }

    [Theory]
    [InlineData("DELETE FROM objects WHERE id = 'a'")]
    [InlineData("UPDATE objects SET id = 'c' WHERE id = 'a'")]
    [InlineData("UPDATE objects SET kind = 3 WHERE id = 'a'")]
    [InlineData("UPDATE objects SET kind = 77 WHERE id = 'a'")]
    [InlineData("UPDATE objects SET content = x'00' WHERE id = 'a'")]
    [InlineData("UPDATE objects SET content = (SELECT content FROM objects WHERE id = 'b') WHERE id = 'a'")]
    [InlineData("UPDATE header SET content = x'0102'")]
    [InlineData("DROP TABLE objects")]
    public void AChangedRow_IsNoticed(string damage)
    {
        using (var checkpoint = Open())
            checkpoint.Write(1, 1, State(new Node { Id = "a" }, new Node { Id = "b" }), null);
        using (var connection = new SqliteConnection($"Data Source={directory.StateFile};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = damage;
            command.ExecuteNonQuery();
        }
        Refused();
    }

    [Fact]
    public void AFileThatIsNoDatabase_IsNoticed()
    {
        File.WriteAllText(directory.StateFile, new string('x', 5000));
        Refused();
    }

    private static Snapshot State(params StoreObject[] objects) => Snapshot.Restore(40, objects, Requests);

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private Checkpoint Open() => Checkpoint.Open(directory.StateFile, keyring);

    private void Same(Snapshot expected, long index, long term)
    {
        using var checkpoint = Open();
        var header = checkpoint.ReadHeader()!;
        var state = checkpoint.ReadState(header);
        Assert.Equal((index, term), (header.Index, header.Term));
        Assert.Equal(expected.Version, state.Version);
        Assert.Equal(expected.AllObjects().OrderBy(o => o.Id), state.AllObjects().OrderBy(o => o.Id));
        Assert.Equal(expected.RecentRequests(), state.RecentRequests());
    }

    private void Refused()
    {
        var refusal = Assert.Throws<SwarmException>(() =>
        {
            using var checkpoint = Open();
            checkpoint.ReadState(checkpoint.ReadHeader()!);
        });
        Assert.Equal(SwarmErrorCode.FailedPrecondition, refusal.Code);
        Assert.StartsWith($"{directory.StateFile} is damaged", refusal.Message);
        Assert.Contains("Put back a copy", refusal.Message);
    }
}
