using System.Net;
using System.Security.Cryptography;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Bench;

/// <summary>A manager's store alone in its quorum, on a real disk.</summary>
internal sealed record StoreNode(SwarmStore Store, RaftNode Raft)
{
    private static readonly ulong Process = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));

    private static long requests;

    public static async Task<StoreNode> StartAsync(string root)
    {
        var directory = new SwarmDirectory(root);
        directory.Create();
        var key = KeyEncryptionKey.FromFile(directory.KeyringKeyFile);
        var store = new SwarmStore(TimeProvider.System, () => new(Process, (ulong)Interlocked.Increment(ref requests)));
        var raft = await RaftNode.StartAsync(
            new()
            {
                Directory = directory,
                Store = store,
                Keyring = File.Exists(directory.KeyringFile) ? Keyring.Open(directory.KeyringFile, key) : Keyring.Create(directory.KeyringFile, key),
                ListenEndPoint = new(IPAddress.Loopback, 0),
                PublicEndPoint = new IPEndPoint(IPAddress.Loopback, 2378),
                ColdStart = true,
            },
            CancellationToken.None);
        return new(store, raft);
    }

    /// <summary>A running task as a service of three words makes it: some 330 bytes in the log.</summary>
    public static SwarmTask Task(int number) => new()
    {
        Id = number.ToString("x25"),
        ServiceId = (number / 10).ToString("x25"),
        ServiceName = "web",
        Slot = (ulong)(number % 10) + 1,
        NodeId = (number % 7).ToString("x25"),
        DesiredState = TaskState.Running,
        Spec = new() { ContainerSpec = new() { Image = "registry.example/web:1", Env = ["MODE=fast"] } },
        Status = new() { State = TaskState.Running, Timestamp = new(1_700_000_000_000_000_000), Message = "started" },
    };
}
