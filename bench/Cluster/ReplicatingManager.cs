using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Bench.Cluster;

/// <summary>A process with one manager's store and log as the daemon has them, asked by gRPC for one commit a call, as etcd is.</summary>
internal static class ReplicatingManager
{
    private const string Service = "bench.Proposals";
    private const int FirstPort = 25377;
    private const int Members = 3;

    /// <summary>Makes one commit.</summary>
    public static readonly Method<byte[], byte[]> Put = ReplicatedCommits.Call(Service, "Put");

    private static readonly Method<byte[], byte[]> Add = ReplicatedCommits.Call(Service, "Add");

    /// <summary>Asks for a key to have a value.</summary>
    public static byte[] Request(int key, byte[] value)
    {
        var request = new byte[sizeof(int) + value.Length];
        BinaryPrimitives.WriteInt32LittleEndian(request, key);
        value.CopyTo(request, sizeof(int));
        return request;
    }

    /// <summary>Starts three and gives the leader's address.</summary>
    public static async Task<string> StartAsync(Processes processes)
    {
        using var root = RootCa.Create(TimeProvider.System);
        byte[]? keys = null;
        for (var number = 0; number < Members; number++)
        {
            var directory = new SwarmDirectory(Path.Combine(processes.Folder, $"manager{number}"));
            directory.Create();
            var key = KeyEncryptionKey.FromFile(directory.KeyringKeyFile);
            if (keys is null)
                keys = Keyring.Create(directory.KeyringFile, key).Export();
            else
                Keyring.Import(directory.KeyringFile, key, keys);
            NodeIdentity.Create(root, new($"manager{number}", NodeRole.Manager, "bench"), TimeSpan.FromDays(1), TimeProvider.System).Files
                .Write(directory.Certificates, File.WriteAllText);
            processes.Start(Environment.ProcessPath!, "cluster-manager", directory.Root, number.ToString(CultureInfo.InvariantCulture));
        }
        using var channel = GrpcChannel.ForAddress(ClientAddress(0));
        for (byte number = 1; number < Members; number++)
            await processes.UntilAsync(async () => await AddedAsync(channel.CreateCallInvoker(), number), $"The manager {number} was not taken in.");
        return ClientAddress(0);
    }

    /// <summary>The process.</summary>
    public static async Task RunAsync(string[] args)
    {
        var (directory, number) = (new SwarmDirectory(args[0]), int.Parse(args[1], CultureInfo.InvariantCulture));
        var store = new SwarmStore(TimeProvider.System, RequestIds(number));
        RaftNode? raft = null;
        var identity = NodeIdentity.Load(NodeCertificate.Read(directory.Certificates));
        var peers = new RaftPeers(new(identity, TimeProvider.System), store) { IsNamed = _ => true };
        raft = await RaftNode.StartAsync(
            new()
            {
                Directory = directory,
                Store = store,
                Keyring = Keyring.Open(directory.KeyringFile, KeyEncryptionKey.FromFile(directory.KeyringKeyFile)),
                ListenEndPoint = LogAddress(number),
                Tls = peers.Tls(),
                ColdStart = number == 0,
                Joining = number > 0,
            },
            CancellationToken.None);
        var calls = ServerServiceDefinition.CreateBuilder()
            .AddMethod(Put, async (request, _) =>
            {
                await store.UpdateAsync(tx => tx.Put(ConfigOf(request)), CancellationToken.None);
                return [];
            })
            .AddMethod(Add, async (request, call) =>
            {
                await raft.AddMemberAsync(LogAddress(request[0]), call.CancellationToken);
                return [];
            })
            .Build();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, new Uri(ClientAddress(number)).Port, listen => listen.Protocols = HttpProtocols.Http2));
        await using var application = builder.Build();
        application.UseRouting();
        application.MapGrpcService(calls);
        await application.StartAsync();
        await application.WaitForShutdownAsync();
        await raft.StopAsync();
    }

    private static Config ConfigOf(byte[] request)
    {
        var key = BinaryPrimitives.ReadInt32LittleEndian(request).ToString("x8", CultureInfo.InvariantCulture);
        return new() { Id = key, Spec = new() { Name = key, Data = new(request[sizeof(int)..]) } };
    }

    private static async Task<bool> AddedAsync(CallInvoker calls, byte number)
    {
        try
        {
            using var call = calls.AsyncUnaryCall(Add, null, default, [number]);
            await call.ResponseAsync;
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }

    private static Func<RequestId> RequestIds(int number)
    {
        var low = 0ul;
        return () => new((ulong)number + 1, Interlocked.Increment(ref low));
    }

    private static IPEndPoint LogAddress(int number) => new(IPAddress.Loopback, FirstPort + (2 * number) + 1);

    private static string ClientAddress(int number) => $"http://127.0.0.1:{FirstPort + (2 * number)}";
}
