using System.Security.Cryptography;
using DotNext.IO;
using DotNext.IO.Log;
using DotNext.Net.Cluster.Consensus.Raft;
using DotNext.Net.Cluster.Consensus.Raft.StateMachine;
using SwarmPS.Daemon.Consensus;

namespace SwarmPS.Daemon.Tests.Consensus;

public sealed class FollowerDurabilityTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("swarmps-test-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>
    /// Pages are private memory until they are flushed, so what a file holds is what was written out. To be run at each upgrade of
    /// the library, whose own log acknowledges before that.
    /// </summary>
    [Fact]
    public async Task AFollower_HasItsEntriesInTheFile_BeforeItAcknowledgesThem()
    {
        await using var wal = new DurableWriteAheadLog(Options(), new Nothing());
        Assert.Equal(0, await MissingAsync(wal, wal));
    }

    [Fact]
    public async Task TheLibrarysOwnLog_StillAcknowledgesTooEarly()
    {
        await using var wal = new WriteAheadLog(Options(), new Nothing());
        Assert.NotEqual(0, await MissingAsync(wal, wal));
    }

    private WriteAheadLog.Options Options() => new()
    {
        Location = folder,
        ChunkSize = 1 << 20,
        MemoryManagement = WriteAheadLog.MemoryManagementStrategy.PrivateMemory,
        HashAlgorithm = WriteAheadLog.IntegrityHashAlgorithm.Crc32,
    };

    /// <summary>How many of some entries were not in the log's files when a follower's append of them returned.</summary>
    private async Task<int> MissingAsync(IAuditTrail<IRaftLogEntry> trail, WriteAheadLog wal)
    {
        await wal.InitializeAsync(CancellationToken.None);
        var missing = 0;
        for (var i = 1; i <= 50; i++)
        {
            var content = RandomNumberGenerator.GetBytes(64);
            await trail.AppendAsync(new One(new(content)), i, skipCommitted: true, CancellationToken.None).AsTask().WaitAsync(TestManager.Deadline);
            if (!Directory.EnumerateFiles(Path.Combine(folder, "data")).Any(file => Read(file).AsSpan().IndexOf(content) >= 0))
                missing++;
        }
        return missing;
    }

    private static byte[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes;
    }

    /// <summary>One entry, as it comes from a leader.</summary>
    private sealed class One(Entry entry) : ILogEntryProducer<Entry>
    {
        private int left = 1;
        private bool taken;

        public Entry Current => entry;

        public long RemainingCount => left;

        public ValueTask<bool> MoveNextAsync()
        {
            var first = !taken;
            (taken, left) = (true, 0);
            return ValueTask.FromResult(first);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Entry(byte[] content) : IRaftLogEntry
    {
        public long Term => 1;

        public bool IsSnapshot => false;

        public int? CommandId => null;

        public bool IsReusable => true;

        public long? Length => content.Length;

        public ValueTask WriteToAsync<TWriter>(TWriter writer, CancellationToken token) where TWriter : IAsyncBinaryWriter =>
            writer.WriteAsync(content, null, token);

        public bool TryGetMemory(out ReadOnlyMemory<byte> memory)
        {
            memory = content;
            return true;
        }
    }

    private sealed class Nothing : IStateMachine
    {
        public ISnapshot? Snapshot => null;

        public ValueTask ReclaimGarbageAsync(long watermark, CancellationToken token) => ValueTask.CompletedTask;

        public ValueTask<long> ApplyAsync(LogEntry entry, CancellationToken token) => ValueTask.FromResult(entry.Index);
    }
}
