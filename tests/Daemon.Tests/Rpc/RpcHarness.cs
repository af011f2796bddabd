using System.Net;
using Microsoft.Extensions.Time.Testing;
using Nerdbank.MessagePack;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Rpc;

/// <summary>A manager that answers nodes, with a store in memory and an authority of its own; and nodes that ask it.</summary>
internal sealed class RpcHarness : IAsyncDisposable, IProposer, ILeadership
{
    public const string SwarmId = "swarm1";

    private readonly CancellationTokenSource stop = new();
    private readonly List<IDisposable> held = [];
    private readonly Task writer;
    private ulong requests;

    public RpcHarness()
    {
        Root = RootCa.Create(Clock);
        Store = new(Clock, () => new RequestId(1, Interlocked.Increment(ref requests)));
        writer = Store.RunWriterAsync(this, stop.Token);
    }

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

    public RootCa Root { get; }

    public SwarmStore Store { get; }

    public bool IsLeader { get; set; } = true;

    public Task ConfirmAsync(CancellationToken stop) => Task.CompletedTask;

    public Task<bool> LeadsAsync(CancellationToken stop) => Task.FromResult(IsLeader);

    public string? LeaderAddress { get; set; }

    /// <summary>Messages of nodes that were refused: the node, the call and why.</summary>
    public Recorded<(string NodeId, string Call, string Why)> Refused { get; } = new();

    /// <summary>Entries proposed so far.</summary>
    public int Proposals { get; private set; }

    public NodeListener? Listener { get; private set; }

    public string Address => Listener!.EndPoint.ToString();

    public async Task ListenAsync(params IRpcService[] services) => Listener = await NodeListener.StartAsync(
        new()
        {
            EndPoint = new(IPAddress.Loopback, 0),
            Trust = Trust(new("manager1", NodeRole.Manager, SwarmId)),
            Store = Store,
            Leadership = this,
            Services = services,
            Refused = (caller, call, why) => Refused.Add((caller.Subject.NodeId, call, why)),
            Clock = Clock,
        },
        CancellationToken.None);

    public Task PutAsync(params StoreObject[] objects) => Store.UpdateAsync(tx => Array.ForEach(objects, value => tx.Put(value)), stop.Token);

    /// <summary>A node's channels, with a certificate of the swarm or of another authority.</summary>
    public ManagerChannels Channels(NodeSubject subject, RootCa? issuer = null, TimeSpan? validity = null) =>
        Hold(new ManagerChannels(Trust(subject, issuer, validity)));

    public PeerTrust Trust(NodeSubject subject, RootCa? issuer = null, TimeSpan? validity = null)
    {
        var (identity, _) = NodeIdentity.Create(issuer ?? Root, subject, validity ?? TimeSpan.FromDays(90), Clock);
        return new(Hold(identity), Clock);
    }

    public T Hold<T>(T value) where T : IDisposable
    {
        held.Add(value);
        return value;
    }

    public Task ProposeAsync(StoreProposal proposal, CancellationToken stop)
    {
        Proposals++;
        Assert.True(Store.Apply(proposal));
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        held.Reverse();
        held.ForEach(value => value.Dispose());
        if (Listener is not null)
            await Listener.DisposeAsync();
        await stop.CancelAsync();
        await writer.ContinueWith(_ => { }, TaskScheduler.Default);
        stop.Dispose();
        Root.Dispose();
    }
}

/// <summary>Says back what it hears, and by whom.</summary>
internal sealed class Echo : IRpcService
{
    public static readonly Grpc.Core.Method<EchoText, EchoText> Anyone = RpcMethod.Unary<EchoText, EchoText, EchoEncoder>("test.Echo", "Anyone");
    public static readonly Grpc.Core.Method<EchoText, EchoText> Nodes = RpcMethod.Unary<EchoText, EchoText, EchoEncoder>("test.Echo", "Nodes");
    public static readonly Grpc.Core.Method<EchoText, EchoText> Managers = RpcMethod.Unary<EchoText, EchoText, EchoEncoder>("test.Echo", "Managers");
    public static readonly Grpc.Core.Method<EchoText, EchoText> Lost = RpcMethod.Unary<EchoText, EchoText, EchoEncoder>("test.Echo", "Lost");
    public static readonly Grpc.Core.Method<EchoText, EchoText> Stream = RpcMethod.Duplex<EchoText, EchoText, EchoEncoder>("test.Echo", "Stream", 64 << 10);

    public void Map(RpcRoutes routes)
    {
        routes.Open(Anyone, Check, (peer, said, _) => Task.FromResult(new EchoText($"{peer.Subject?.NodeId}: {said.Text}")));
        routes.UnaryOnLeader(Nodes, [NodeRole.Worker, NodeRole.Manager], Check, (caller, said, _) => Task.FromResult(new EchoText($"{caller.Subject.NodeId}@{caller.Address}: {said.Text}")));
        routes.Unary(Managers, [NodeRole.Manager], Check, (caller, said, _) => Task.FromResult(new EchoText($"{caller.Subject.NodeId}: {said.Text}")));
        routes.Open(Lost, Check, (_, said, _) => throw new SwarmException(SwarmErrorCode.Unavailable, said.Text, new WriterEndedException()));
        routes.DuplexOnLeader(Stream, [NodeRole.Worker], Check, async (_, said, answers, stop) =>
        {
            while (await said.MoveNext(stop))
                await answers.WriteAsync(said.Current, stop);
        });
    }

    private static void Check(EchoText said)
    {
        if (said.Text == "wrong")
            throw SwarmException.Invalid("Text: that is wrong.");
    }
}

internal sealed record EchoText(string Text);

internal sealed class EchoEncoder : IEncodes<EchoText>
{
    private static int decoded;

    /// <summary>Messages decoded so far, in this process.</summary>
    public static int Decoded => Volatile.Read(ref decoded);

    public static EchoText Read(ref MessagePackReader reader)
    {
        Interlocked.Increment(ref decoded);
        return new(reader.ReadString()!);
    }

    public static void Write(ref MessagePackWriter writer, EchoText value) => writer.Write(value.Text);
}
