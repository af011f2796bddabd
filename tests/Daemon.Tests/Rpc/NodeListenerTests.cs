using System.Net.Security;
using System.Net.Sockets;
using Grpc.Core;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Rpc;

public sealed class NodeListenerTests : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly NodeSubject Worker = new("worker1", NodeRole.Worker, RpcHarness.SwarmId);
    private static readonly NodeSubject Manager = new("manager2", NodeRole.Manager, RpcHarness.SwarmId);

    private readonly RpcHarness swarm = new();

    public ValueTask DisposeAsync() => swarm.DisposeAsync();

    [Fact]
    public async Task Node_IsKnownByItsCertificate()
    {
        await ListenAsync();
        Assert.Equal("worker1@127.0.0.1: hello", await AskAsync(swarm.Channels(Worker), Echo.Nodes));
    }

    [Fact]
    public async Task WorkersCertificate_IsRefused_WhereManagersSpeak()
    {
        await ListenAsync();
        Assert.Equal("manager2: hello", await AskAsync(swarm.Channels(Manager), Echo.Managers));
        var refused = await Assert.ThrowsAsync<SwarmException>(() => AskAsync(swarm.Channels(Worker), Echo.Managers));
        Assert.Equal(SwarmErrorCode.PermissionDenied, refused.Code);
    }

    [Fact]
    public async Task DemotedManager_IsAWorker_WhateverItsCertificateSays()
    {
        await ListenAsync();
        await swarm.PutAsync(swarm.Store.Current.Nodes.Find("manager2")! with { Spec = new() { Role = NodeRole.Worker } });
        Assert.Equal(SwarmErrorCode.PermissionDenied, (await Assert.ThrowsAsync<SwarmException>(() => AskAsync(swarm.Channels(Manager), Echo.Managers))).Code);
        Assert.StartsWith("manager2@", await AskAsync(swarm.Channels(Manager), Echo.Nodes));
    }

    [Fact]
    public async Task CertificateOfAnotherAuthority_IsRefused()
    {
        await ListenAsync();
        using var foreign = RootCa.Create(swarm.Clock);
        var (identity, files) = NodeIdentity.Create(foreign, Worker, TimeSpan.FromDays(1), swarm.Clock);
        identity.Dispose();
        // It trusts this swarm's managers, so that it gets as far as to be refused by them.
        var channels = swarm.Hold(new ManagerChannels(new(swarm.Hold(NodeIdentity.Load(files with { RootPem = foreign.CertificatePem + swarm.Root.CertificatePem })), swarm.Clock)));
        var refused = await Assert.ThrowsAsync<SwarmException>(() => AskAsync(channels, Echo.Nodes));
        Assert.Equal(SwarmErrorCode.Unauthenticated, refused.Code);
        Assert.Contains("no authority that is trusted here has issued it", refused.Message);
    }

    [Fact]
    public async Task ExpiredCertificate_IsRefused_AlsoOnAConnectionThatIsOpen()
    {
        await ListenAsync();
        var channels = swarm.Channels(Worker, validity: TimeSpan.FromHours(1));
        await AskAsync(channels, Echo.Nodes);
        swarm.Clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));
        var open = await Assert.ThrowsAsync<SwarmException>(() => AskAsync(channels, Echo.Nodes));
        Assert.Equal(SwarmErrorCode.Unauthenticated, open.Code);
        channels.Recycle();
        var anew = await Assert.ThrowsAsync<SwarmException>(() => AskAsync(channels, Echo.Nodes));
        Assert.Equal(SwarmErrorCode.Unauthenticated, anew.Code);
        Assert.Contains("expired at", anew.Message);
    }

    [Fact]
    public async Task ManagerOfAnotherAuthority_IsNotBelieved_AndTheReasonIsTold()
    {
        await ListenAsync();
        using var foreign = RootCa.Create(swarm.Clock);
        var refused = await Assert.ThrowsAsync<SwarmException>(() => AskAsync(swarm.Channels(Worker, foreign), Echo.Nodes));
        Assert.Equal(SwarmErrorCode.Unavailable, refused.Code);
        Assert.Contains($"{swarm.Address} cannot be trusted: no authority that is trusted here has issued it", refused.Message);
    }

    [Fact]
    public async Task RemovedNode_IsRefusedAtOnce_AndItsConnectionBreaks()
    {
        await ListenAsync();
        var channels = swarm.Channels(Worker);
        using var stream = channels.To(swarm.Address).Calls.AsyncDuplexStreamingCall(Echo.Stream, null, default);
        await stream.RequestStream.WriteAsync(new("one"));
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(Deadline));
        await swarm.Store.UpdateAsync(tx => tx.Delete(tx.View.Nodes.Find("worker1")!), CancellationToken.None);
        await Assert.ThrowsAnyAsync<Exception>(() => stream.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(5)));
        var refused = await Assert.ThrowsAsync<SwarmException>(() => AskAsync(channels, Echo.Nodes));
        Assert.Equal(SwarmErrorCode.PermissionDenied, refused.Code);
        Assert.Contains("it was removed", refused.Message);
    }

    [Fact]
    public async Task ManagerThatDoesNotLead_NamesTheLeader_WhichIsAskedThen()
    {
        await ListenAsync();
        await using var other = new RpcHarness();
        await other.ListenAsync(new Echo());
        (swarm.IsLeader, swarm.LeaderAddress) = (false, other.Address);
        var channels = swarm.Channels(Worker);
        Assert.Equal(other.Address, (await Assert.ThrowsAsync<NotLeadingException>(() => AskAsync(channels, Echo.Nodes))).Leader);
        List<string> asked = [];
        await Assert.ThrowsAsync<SwarmException>(() => channels.AskLeaderAsync<string>([swarm.Address], (channel, _) =>
        {
            asked.Add(channel.Address);
            return AskAsync(channels, Echo.Nodes, channel.Address);
        }, CancellationToken.None));
        Assert.Equal([swarm.Address, other.Address], asked);
    }

    [Fact]
    public async Task LeaderThatIsReplacedWhileItWrites_HasTheNextOneAsked()
    {
        await ListenAsync();
        Assert.Null((await Assert.ThrowsAsync<NotLeadingException>(() => AskAsync(swarm.Channels(Worker), Echo.Lost))).Leader);
    }

    [Fact]
    public async Task NoManagerReached_IsSaidWithEveryAddress()
    {
        await ListenAsync();
        var refused = await Assert.ThrowsAsync<SwarmException>(
            () => swarm.Channels(Worker).AskLeaderAsync(["127.0.0.1:1", "127.0.0.1:2"], (channel, stop) => channel.AskAsync(Echo.Nodes, new("hello"), stop), CancellationToken.None));
        Assert.Equal(SwarmErrorCode.Unavailable, refused.Code);
        Assert.Contains("127.0.0.1:1 is not reached: Connection refused", refused.Message);
        Assert.Contains("127.0.0.1:2", refused.Message);
    }

    [Fact]
    public async Task CallThatIsNotForItsCaller_IsRefused_BeforeAnythingOfItIsRead()
    {
        await ListenAsync();
        var stranger = swarm.Hold(new ManagerChannels(PeerTrust.OfNewcomer(swarm.Root.CertificatePem, swarm.Clock)));
        var before = EchoEncoder.Decoded;
        foreach (var (channels, method, code) in new[]
        {
            (stranger, Echo.Nodes, SwarmErrorCode.Unauthenticated), (stranger, Echo.Managers, SwarmErrorCode.Unauthenticated), (swarm.Channels(Worker), Echo.Managers, SwarmErrorCode.PermissionDenied),
        })
            Assert.Equal(code, (await Assert.ThrowsAsync<SwarmException>(() => AskAsync(channels, method))).Code);
        Assert.Equal(before, EchoEncoder.Decoded);
        Assert.Empty(swarm.Refused.ToList());
    }

    [Fact]
    public async Task StrangersMessage_IsSmall_OrRefused()
    {
        await ListenAsync();
        var stranger = swarm.Hold(new ManagerChannels(PeerTrust.OfNewcomer(swarm.Root.CertificatePem, swarm.Clock))).To(swarm.Address);
        Assert.Equal(": hello", (await stranger.AskAsync(Echo.Anyone, new("hello"), CancellationToken.None)).Text);
        var before = EchoEncoder.Decoded;
        await Assert.ThrowsAsync<SwarmException>(() => stranger.AskAsync(Echo.Anyone, new(new string('x', 1 << 20)), CancellationToken.None).WaitAsync(Deadline));
        Assert.Equal(before, EchoEncoder.Decoded);
    }

    [Fact]
    public async Task MessageThatIsWrong_IsRefused_AndItsNodeNamed()
    {
        await ListenAsync();
        var channel = swarm.Channels(Worker).To(swarm.Address);
        var refused = await Assert.ThrowsAsync<SwarmException>(() => channel.AskAsync(Echo.Nodes, new("wrong"), CancellationToken.None).WaitAsync(Deadline));
        Assert.Equal((SwarmErrorCode.InvalidArgument, "Text: that is wrong."), (refused.Code, refused.Message));
        using var stream = channel.Calls.AsyncDuplexStreamingCall(Echo.Stream, null, default);
        await stream.RequestStream.WriteAsync(new("right"));
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(Deadline));
        await stream.RequestStream.WriteAsync(new("wrong"));
        await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(Deadline));
        Assert.Equal(
            [("worker1", Echo.Nodes.FullName, "Text: that is wrong."), ("worker1", Echo.Stream.FullName, "Text: that is wrong.")], await swarm.Refused.AwaitAsync(2));
    }

    [Fact]
    public async Task ConnectionsWithoutCertificate_AreFewAndShort_AndKeepNoNodeOut()
    {
        await ListenAsync();
        List<Task> ends = [];
        for (var i = 0; i < 500; i++)
        {
            var open = swarm.Hold(new Socket(SocketType.Stream, ProtocolType.Tcp));
            await open.ConnectAsync(swarm.Listener!.EndPoint);
            ends.Add(EndAsync(new NetworkStream(open)));
        }
        Assert.StartsWith("worker1@", await AskAsync(swarm.Channels(Worker), Echo.Nodes));
        // All but the last few were ended, each for the next.
        await Task.WhenAll(ends[..^Strangers.OfAddressMax]).WaitAsync(Deadline);
        using var socket = new TcpClient();
        await socket.ConnectAsync(swarm.Listener!.EndPoint);
        await using var tls = new SslStream(socket.GetStream(), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "manager", ApplicationProtocols = [SslApplicationProtocol.Http2] });
        await tls.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"u8.ToArray());
        // The manager says its settings: the connection is open.
        Assert.True(await tls.ReadAsync(new byte[1]).AsTask().WaitAsync(Deadline) > 0);
        swarm.Clock.Advance(Strangers.LongestStay);
        await EndAsync(tls).WaitAsync(Deadline);
        await Task.WhenAll(ends).WaitAsync(Deadline);
        Assert.StartsWith("worker1@", await AskAsync(swarm.Channels(Worker), Echo.Nodes));
    }

    [Fact]
    public async Task TakenAddress_IsSaid()
    {
        await ListenAsync();
        var refused = await Assert.ThrowsAsync<SwarmException>(() => NodeListener.StartAsync(
            new() { EndPoint = swarm.Listener!.EndPoint, Trust = swarm.Trust(Manager), Store = swarm.Store, Leadership = swarm, Services = [] }, CancellationToken.None));
        Assert.Equal(SwarmErrorCode.Unavailable, refused.Code);
        Assert.Contains(swarm.Address, refused.Message);
    }

    /// <summary>Waits until the other end has ended a connection.</summary>
    private static async Task EndAsync(Stream stream)
    {
        try
        {
            while (await stream.ReadAsync(new byte[1024]) > 0)
            {
                // What it said before it ended.
            }
        }
        catch (IOException)
        {
            // Ended at once, which is an end too.
        }
    }

    private async Task ListenAsync()
    {
        await swarm.ListenAsync(new Echo());
        await swarm.PutAsync(
            new SwarmObject { Id = RpcHarness.SwarmId },
            new Node { Id = "worker1", Spec = new() { Role = NodeRole.Worker } },
            new Node { Id = "manager2", Spec = new() { Role = NodeRole.Manager } });
    }

    private async Task<string> AskAsync(ManagerChannels channels, Method<EchoText, EchoText> method, string? address = null) =>
        (await channels.To(address ?? swarm.Address).AskAsync(method, new("hello"), CancellationToken.None).WaitAsync(Deadline)).Text;
}
