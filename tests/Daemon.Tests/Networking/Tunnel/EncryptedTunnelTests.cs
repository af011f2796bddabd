using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using SwarmPS.Daemon.Networking.Tunnel;

namespace SwarmPS.Daemon.Tests.Networking.Tunnel;

/// <summary>Two tunnels on this machine, each with its port in a network namespace of its own, and a wire between them that a test can look at.</summary>
[SupportedOSPlatform("linux")]
public sealed class EncryptedTunnelTests : IAsyncDisposable
{
    private const ulong FirstHardware = 0x020000000001, SecondHardware = 0x020000000002;

    private readonly string name = "swpst" + RandomNumberGenerator.GetHexString(5, lowercase: true);
    private readonly List<IDisposable> parts = [];

    private string First => name + "a";

    private string Second => name + "b";

    [Fact]
    public async Task Frames_GoThroughSealed_WhileKeysChange_AndNothingIsLost()
    {
        var (one, other, wire) = await StartAsync();
        await RunAsync("ip", "netns", "exec", First, "busybox", "ping", "-c", "3", "-W", "5", "10.223.1.2");

        var secret = string.Concat(Enumerable.Repeat("nobody else may read this. ", 200_000));
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, secret, TestContext.Current.CancellationToken);
        try
        {
            using var listener = Start("ip", "netns", "exec", Second, "busybox", "nc", "-l", "-p", "7000");
            var heard = listener.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var told = RunAsync("sh", "-c", $"for i in $(seq 100); do ip netns exec {First} busybox nc 10.223.1.2 7000 <{file} && exit 0; ip netns exec {First} busybox sleep 0.1; done; exit 1");
            var epoch = 1;
            while (!told.IsCompleted)
            {
                // As the managers do: everyone opens the next key before anyone seals with it, and what is on its way keeps its own.
                epoch++;
                List<TunnelKey> keys = [.. Enumerable.Range(Math.Max(1, epoch - 4), Math.Min(epoch, 5)).Select(number => Key((byte)number))];
                Apply(one, other, wire, keys, (byte)(epoch - 1));
                Apply(one, other, wire, keys, (byte)epoch);
                var frames = other.Counters.Received.Frames;
                await UntilAsync(() => told.IsCompleted || other.Counters.Received.Frames > frames + 20);
            }
            Assert.True(epoch > 2, "The transfer was over before a key changed.");
            await told;
            Assert.Equal(secret, await heard);
        }
        finally
        {
            File.Delete(file);
        }
        Assert.True(wire.Carried.Sum(datagram => datagram.Length) > secret.Length);
        Assert.DoesNotContain(wire.Carried, datagram => datagram.AsSpan().IndexOf("nobody else"u8) >= 0);
        Assert.Equal(0, one.Counters.Unsent + other.Counters.Unsent);
    }

    [Fact]
    public async Task RepeatedAndForeignDatagrams_AreRefused_AndTunnelsGoOn()
    {
        var (one, other, wire) = await StartAsync();
        await PingAsync();
        var refused = other.Counters.Refused;
        var received = other.Counters.Received;
        var repeated = wire.Carried.Where(datagram => TunnelHeader.Read(datagram)!.Value.Sender == one.Id).ToList();
        Assert.NotEmpty(repeated);
        using (var attacker = new UdpClient(AddressFamily.InterNetwork))
        {
            foreach (var datagram in repeated.Append([1, 2, 3]).Append(new byte[1400]))
                await attacker.SendAsync(datagram, other.Local, TestContext.Current.CancellationToken);
        }
        await UntilAsync(() => other.Counters.Refused >= refused + repeated.Count + 2);
        Assert.Equal(received, other.Counters.Received);
        await PingAsync();
    }

    [Fact]
    public async Task PeerThatLeftAndCameBack_IsHeard_AndWhatWasRecordedBeforeIsNot()
    {
        var (one, other, wire) = await StartAsync();
        await PingAsync();
        var recorded = wire.Carried.Where(datagram => TunnelHeader.Read(datagram)!.Value.Sender == one.Id).ToList();
        Assert.NotEmpty(recorded);
        foreach (var tunnel in new[] { one, other })
            tunnel.Apply(new([], 0, [], []));
        other.Apply(new([Key(1)], 1, [], []));
        Apply(one, other, wire, [Key(1)], 1);
        var (refused, received) = (other.Counters.Refused, other.Counters.Received);
        using (var attacker = new UdpClient(AddressFamily.InterNetwork))
        {
            foreach (var datagram in recorded)
                await attacker.SendAsync(datagram, other.Local, TestContext.Current.CancellationToken);
        }
        await UntilAsync(() => other.Counters.Refused >= refused + recorded.Count);
        Assert.Equal(received, other.Counters.Received);
        await PlaceDevicesAsync();
        await PingAsync();
        // A key of the same epoch is another one, months later.
        Apply(one, other, wire, [new(1, SHA256.HashData([77]))], 1);
        await PingAsync();
    }

    [Fact]
    public async Task PeerWithoutAPartInTheNetwork_CannotSendIntoIt()
    {
        var (one, other, wire) = await StartAsync();
        await PingAsync();
        // The second node is told that nothing of the network is at the first any more.
        other.Apply(State([Key(1)], 1, wire.Address(one.Local), one.Id, name + "t1", []));
        var before = other.Counters.Refused;
        using var ping = Start("ip", "netns", "exec", First, "busybox", "ping", "-c", "1", "-W", "1", "10.223.1.2");
        await UntilAsync(() => other.Counters.Refused > before);
        await ping.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.NotEqual(0, ping.ExitCode);
    }

    [Fact]
    public async Task DeviceThatSomeoneDeleted_IsMadeAgain()
    {
        var (one, other, wire) = await StartAsync();
        await RunAsync("ip", "-n", First, "link", "del", name + "t0");
        await UntilAsync(() =>
        {
            Apply(one, other, wire, [Key(1)], 1);
            return Directory.Exists($"/sys/class/net/{name}t0");
        });
    }

    [Fact]
    public async Task EmptyAndRandomDatagrams_AreCounted_AndEndNothing()
    {
        var (one, other, _) = await StartAsync();
        using var stranger = new UdpClient(AddressFamily.InterNetwork);
        var random = new Random(7);
        foreach (var tunnel in (EncryptedTunnel[])[one, other])
        {
            await SendAsync(stranger, tunnel, []);
            for (var i = 0; i < 2_000; i++)
            {
                var datagram = new byte[random.Next(200)];
                random.NextBytes(datagram);
                await SendAsync(stranger, tunnel, datagram);
            }
        }
        await PingAsync();
    }

    /// <summary>One after another, so that no buffer overflows.</summary>
    private static async Task SendAsync(UdpClient stranger, EncryptedTunnel to, byte[] datagram)
    {
        var refused = to.Counters.Refused;
        await stranger.SendAsync(datagram, to.Local, TestContext.Current.CancellationToken);
        await UntilAsync(() => to.Counters.Refused > refused);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in parts.AsEnumerable().Reverse())
            part.Dispose();
        if (parts.Count > 0)
            await RunAsync("sh", "-c", $"ip netns del {First}; ip netns del {Second}");
    }

    private async Task<(EncryptedTunnel One, EncryptedTunnel Other, Wire Wire)> StartAsync()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !File.Exists("/dev/net/tun"))
            Assert.Skip("Needs root on Linux and /dev/net/tun.");
        var one = new EncryptedTunnel(11, new(IPAddress.Loopback, 0));
        parts.Add(one);
        var other = new EncryptedTunnel(12, new(IPAddress.Loopback, 0));
        parts.Add(other);
        var wire = new Wire(one.Local, other.Local);
        parts.Add(wire);
        Apply(one, other, wire, [Key(1)], 1);
        await RunAsync("sh", "-c", $"ip netns add {First} && ip netns add {Second}");
        await PlaceDevicesAsync();
        return (one, other, wire);
    }

    private Task PlaceDevicesAsync() => RunAsync("sh", "-c", $"""
            set -e
            ip link set {name}t0 netns {First}; ip link set {name}t1 netns {Second}
            ip -n {First} link set {name}t0 address 02:00:00:00:00:01 mtu 1390 up
            ip -n {Second} link set {name}t1 address 02:00:00:00:00:02 mtu 1390 up
            ip -n {First} addr add 10.223.1.1/24 dev {name}t0
            ip -n {Second} addr add 10.223.1.2/24 dev {name}t1
            """);

    private Task PingAsync() => RunAsync("ip", "netns", "exec", First, "busybox", "ping", "-c", "1", "-W", "5", "10.223.1.2");

    private void Apply(EncryptedTunnel one, EncryptedTunnel other, Wire wire, IReadOnlyList<TunnelKey> keys, byte epoch)
    {
        one.Apply(State(keys, epoch, wire.Address(other.Local), other.Id, name + "t0", [new(IPAddress.Parse("10.223.1.2"), SecondHardware, other.Id)]));
        other.Apply(State(keys, epoch, wire.Address(one.Local), one.Id, name + "t1", [new(IPAddress.Parse("10.223.1.1"), FirstHardware, one.Id)]));
    }

    private static TunnelState State(IReadOnlyList<TunnelKey> keys, byte epoch, IPEndPoint address, ulong peer, string device, IReadOnlyList<TunnelStation> stations) =>
        new(keys, epoch, [new(peer, address)], [new(4096, device, stations)]);

    private static TunnelKey Key(byte epoch) => new(epoch, SHA256.HashData([epoch]));

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), "It did not come to pass within 30 s.");
            await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private static Process Start(string file, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static async Task RunAsync(string file, params string[] arguments)
    {
        using var process = Start(file, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{file} {string.Join(' ', arguments)}: {await output}{await errors}");
    }

    /// <summary>Carries datagrams between two addresses and remembers them.</summary>
    private sealed class Wire : IDisposable
    {
        private readonly Socket toFirst = Listen(), toSecond = Listen();
        private readonly IPEndPoint first;

        public Wire(IPEndPoint first, IPEndPoint second)
        {
            this.first = first;
            Carry(toFirst, toSecond, first);
            Carry(toSecond, toFirst, second);
        }

        public ConcurrentQueue<byte[]> Carried { get; } = new();

        /// <summary>Where to send what is for one of the two.</summary>
        public IPEndPoint Address(IPEndPoint peer) => (IPEndPoint)(peer.Equals(first) ? toFirst : toSecond).LocalEndPoint!;

        public void Dispose()
        {
            toFirst.Dispose();
            toSecond.Dispose();
        }

        private void Carry(Socket from, Socket through, IPEndPoint to)
        {
            var thread = new Thread(() =>
            {
                var buffer = new byte[1 << 16];
                try
                {
                    while (from.Receive(buffer) is var length)
                    {
                        Carried.Enqueue(buffer[..length]);
                        through.SendTo(buffer.AsSpan(0, length), to);
                    }
                }
                catch (Exception end) when (end is SocketException or ObjectDisposedException)
                {
                    // The test is over.
                }
            })
            { IsBackground = true };
            thread.Start();
        }

        private static Socket Listen()
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 8 << 20 };
            socket.SetRawSocketOption(1, 33, BitConverter.GetBytes(8 << 20));
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return socket;
        }
    }
}
