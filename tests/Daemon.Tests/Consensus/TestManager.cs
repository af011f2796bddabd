using System.Net;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Consensus;

/// <summary>A manager alone in its quorum, in a directory of its own.</summary>
internal sealed class TestManager : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private static long requests = Environment.ProcessId * 1_000_000L;

    private TestManager(SwarmDirectory directory, SwarmStore store, RaftNode node) => (Directory, Store, Node) = (directory, store, node);

    public SwarmDirectory Directory { get; }

    public SwarmStore Store { get; }

    public RaftNode Node { get; }

    public static SwarmDirectory NewDirectory() => new(System.IO.Directory.CreateTempSubdirectory("swarmps-test-").FullName);

    public static async Task<TestManager> StartAsync(SwarmDirectory directory, Func<RaftNodeOptions, RaftNodeOptions>? change = null)
    {
        directory.Create();
        var key = KeyEncryptionKey.FromFile(directory.KeyringKeyFile);
        var store = NewStore();
        var options = new RaftNodeOptions
        {
            Directory = directory,
            Store = store,
            Keyring = File.Exists(directory.KeyringFile) ? Keyring.Open(directory.KeyringFile, key) : Keyring.Create(directory.KeyringFile, key),
            ListenEndPoint = new(IPAddress.Loopback, 0),
            PublicEndPoint = new IPEndPoint(IPAddress.Loopback, 2378),
            ColdStart = true,
        };
        var node = await RaftNode.StartAsync(change is null ? options : change(options), CancellationToken.None).WaitAsync(Deadline);
        return new(directory, store, node);
    }

    public static SwarmStore NewStore() =>
        new(TimeProvider.System, () => new((ulong)Environment.TickCount64, (ulong)Interlocked.Increment(ref requests)));

    public Task PutAsync(params StoreObject[] values) => Store.UpdateAsync(
        tx =>
        {
            foreach (var value in values)
                tx.Put(value);
        },
        CancellationToken.None).WaitAsync(Deadline);

    public async ValueTask DisposeAsync()
    {
        await Node.StopAsync().WaitAsync(Deadline);
        System.IO.Directory.Delete(Directory.Root, recursive: true);
    }
}
