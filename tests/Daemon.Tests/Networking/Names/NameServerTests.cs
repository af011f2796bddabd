using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Daemon.Networking.Names;
using SwarmPS.Model;
using static SwarmPS.Daemon.Tests.Networking.SampleNetworks;

namespace SwarmPS.Daemon.Tests.Networking.Names;

/// <summary>The DNS server on real sockets, in a host's namespace, asked from a container's.</summary>
public sealed class NameServerTests : IAsyncLifetime
{
    private const string Gateway = "10.73.0.2", Resolver = "10.73.0.53";

    private readonly List<IDisposable> sockets = [];
    private TestSwitch net = null!;
    private NameServer server = null!;

    private static NodeNetwork[] Networks { get; } =
    [
        Network(73) with { Services = [new("w", "web", [], "10.73.0.200")], Endpoints = [Endpoint("w", "10.73.0.11")] },
    ];

    public async ValueTask InitializeAsync()
    {
        net = await TestSwitch.CreateAsync(Gateway);
        try
        {
            await net.AddAsync("c", "10.73.0.11");
            await net.AddAsync("r", Resolver);
            var space = net.Host.Space;
            server = new(space, new(new(space, 53, TimeProvider.System), _ => [IPAddress.Parse("10.73.0.99"), IPAddress.Parse(Resolver)], _ => Task.CompletedTask, TimeProvider.System), TimeProvider.System);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in sockets)
            socket.Dispose();
        if (server is not null)
            await server.DisposeAsync();
        if (net is not null)
            await net.DisposeAsync();
    }

    [Fact]
    public async Task Questions_AreAnswered_ByDatagramAndByConnection_AndOthersPassedOn()
    {
        Resolve();
        await server.ReconcileAsync(Networks);

        Assert.Equal("10.73.0.200", await AskAsync("web"));
        Assert.Equal("10.73.0.200 10.73.0.200", await AskTwiceByConnectionAsync("web"));
        Assert.Equal("9.9.9.9", await AskAsync("elsewhere.example"));
        // What an ordinary client makes of it.
        Assert.Contains("10.73.0.200", await net.RunAsync("c", "busybox", "nslookup", "web", Gateway), StringComparison.Ordinal);
        Assert.Contains("web.back73", await net.RunAsync("c", "busybox", "nslookup", "10.73.0.200", Gateway), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerListens_OnlyWhereThereAreNetworks_AndAPortThatIsTakenIsTold()
    {
        await server.ReconcileAsync(Networks);
        await server.ReconcileAsync([]);
        using (var other = Datagrams("host", IPAddress.Parse(Gateway), 53))
        {
            var fault = await Assert.ThrowsAsync<AggregateException>(() => server.ReconcileAsync(Networks));
            Assert.Contains("The DNS server cannot listen on 10.73.0.2:53", fault.InnerExceptions[0].Message, StringComparison.Ordinal);
        }
        await server.ReconcileAsync(Networks);
        Assert.Equal("10.73.0.200", await AskAsync("web"));
    }

    /// <summary>A resolver that answers everything with 9.9.9.9, first to another question.</summary>
    private void Resolve()
    {
        var socket = Datagrams("r", IPAddress.Any, 53);
        _ = AnswerAsync();

        async Task AnswerAsync()
        {
            var buffer = new byte[512];
            while (true)
            {
                var came = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                var asked = buffer[..came.ReceivedBytes];
                var answer = DnsMessage.WriteAddresses(asked, DnsMessage.Read(asked)!.Value, [IPAddress.Parse("9.9.9.9")], TimeSpan.Zero, 512);
                BinaryPrimitives.WriteUInt16BigEndian(answer, 0x4321);
                await socket.SendToAsync(answer, came.RemoteEndPoint);
                BinaryPrimitives.WriteUInt16BigEndian(answer, 0x1234);
                await socket.SendToAsync(answer, came.RemoteEndPoint);
            }
        }
    }

    private Socket Datagrams(string where, IPAddress address, int port)
    {
        var socket = NetworkSpace.Within(where == "host" ? net.Host.Space : net.PathOf(where), () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        socket.Bind(new IPEndPoint(address, port));
        sockets.Add(socket);
        return socket;
    }

    private async Task<string> AskAsync(string name)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var socket = net.Datagrams("c", Gateway, 53);
        await socket.SendAsync(DnsTalk.Ask(name), late.Token);
        var buffer = new byte[512];
        return DnsTalk.Read(buffer[..await socket.ReceiveAsync(buffer, late.Token)]);
    }

    private async Task<string> AskTwiceByConnectionAsync(string name)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var socket = NetworkSpace.Within(net.PathOf("c"), () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        await socket.ConnectAsync(IPAddress.Parse(Gateway), 53, late.Token);
        await using var stream = new NetworkStream(socket);
        List<string> said = [];
        for (var time = 0; time < 2; time++)
        {
            await NameForwarder.WriteAsync(stream, DnsTalk.Ask(name), late.Token);
            said.Add(DnsTalk.Read(await NameForwarder.ReadAsync(stream, 4096, late.Token)));
        }
        return string.Join(' ', said);
    }
}
