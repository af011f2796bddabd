using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Newtonsoft.Json.Linq;
using SwarmPS.Daemon.Networking;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Daemon.Networking.Overlay;
using SwarmPS.Daemon.Networking.Tunnel;
using SwarmPS.Model;

namespace SwarmPS.Bench.Networking;

/// <summary>Two namespaces for machines, joined by a wire and by a network of the swarm, with a container's namespace or two on each.</summary>
internal sealed class NetworkMachines : IAsyncDisposable
{
    public const string OneWire = "172.31.79.1", OtherWire = "172.31.79.2";
    public const string ClientAddress = "10.81.0.11", NearAddress = "10.81.0.12", FarAddress = "10.81.0.13", Virtual = "10.81.0.200";
    public const string SealedClientAddress = "10.82.0.11", SealedFarAddress = "10.82.0.13";
    public const int Port = 5301;

    private readonly string name = $"swpsb{Environment.ProcessId % 10000}";
    private readonly NetworkTools tools = new(TimeProvider.System);
    private readonly List<Process> processes = [];
    private readonly List<IDisposable> tunnels = [];

    /// <summary>The network as the first machine sees it, without what is on it.</summary>
    public static NodeNetwork Network { get; } = new() { Id = "n", Name = "n", Vni = 81, Subnet = "10.81.0.0/24", Gateway = "10.81.0.2", Mtu = 1450, Ingress = true };

    /// <summary>An encrypted one beside it.</summary>
    private static NodeNetwork Sealed { get; } = Network with { Id = "e", Name = "e", Vni = 82, Subnet = "10.82.0.0/24", Mtu = NetworkOptions.EncryptedMtuDefault, Ingress = false, Encrypted = true };

    public string One => Path("1");

    public string Other => Path("2");

    /// <summary>A container on the first machine, and its process.</summary>
    public string Client => Path("c");

    public int ClientProcess => processes[0].Id;

    /// <summary>Another one there.</summary>
    public string Near => Path("n");

    /// <summary>One on the other machine.</summary>
    public string Far => Path("f");

    public NetworkTools OneTools => tools.In(One);

    public static async Task<NetworkMachines> CreateAsync()
    {
        var made = new NetworkMachines();
        try
        {
            await made.BuildAsync();
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the first machine is told, where one task serves.</summary>
    public static NodeNetworks Seen(string serving) => new(
        [
            Network with
            {
                Services = [new("s", "s", [], Virtual)],
                Endpoints =
                [
                    new("client", "", ClientAddress, HardwareAddress.Of(ClientAddress), "", true),
                    new("near", "s", NearAddress, HardwareAddress.Of(NearAddress), "", serving == NearAddress),
                    new("far", "s", FarAddress, HardwareAddress.Of(FarAddress), OtherWire, serving == FarAddress),
                ],
                Gateways = [new("10.81.0.3", HardwareAddress.Of("10.81.0.3"), OtherWire)],
            },
        ],
        [new("s", "tcp", 8080, Port)]);

    /// <summary>Accepts connections in a namespace and ends them.</summary>
    public static IDisposable Listen(string space)
    {
        var listener = NetworkSpace.Within(space, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(IPAddress.Any, Port));
        listener.Listen(1024);
        new Thread(() =>
        {
            try
            {
                while (true)
                    listener.Accept().Dispose();
            }
            catch (SocketException)
            {
                // The listener was closed: the measurement is over.
            }
        })
        { IsBackground = true }.Start();
        return listener;
    }

    /// <summary>Connects so many times, one after another; gives the time of each in µs.</summary>
    public static IReadOnlyList<double> Connect(string space, string address, int port, int times) => NetworkSpace.Within(space, () =>
    {
        var (to, taken) = (new IPEndPoint(IPAddress.Parse(address), port), new List<double>(times));
        for (var time = 0; time < times; time++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            var before = Stopwatch.GetTimestamp();
            socket.Connect(to);
            taken.Add(Stopwatch.GetElapsedTime(before).TotalMicroseconds);
            // Ended at once: thousands of them would else keep their ports.
            socket.LingerState = new(true, 0);
        }
        return taken;
    });

    /// <summary>The throughput of one TCP stream, in Gbit/s.</summary>
    public async Task<double> StreamAsync(string from, string to, string address)
    {
        var server = tools.In(to).RunAsync("iperf3", ["-s", "-1", "-p", "5310"], "", CancellationToken.None);
        JObject answer;
        var tries = 0;
        do
        {
            var (_, output, _) = await tools.In(from).TryAsync("iperf3", ["-c", address, "-p", "5310", "-J", "-t", "4"], "", CancellationToken.None);
            answer = JObject.Parse(output);
        }
        while (answer["error"] is not null && ++tries < 50);
        await server;
        return answer["error"] is { } error ? throw new InvalidOperationException($"iperf3: {error}") : answer["end"]!["sum_received"]!["bits_per_second"]!.Value<double>() / 1e9;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var tunnel in tunnels)
            tunnel.Dispose();
        foreach (var process in processes)
            process.Kill();
        foreach (var space in Directory.GetFiles("/run/netns", name + "*"))
            await IpAsync(null, "netns", "del", System.IO.Path.GetFileName(space));
    }

    private async Task BuildAsync()
    {
        foreach (var space in new[] { One, Other, Client, Near, Far })
        {
            await IpAsync(null, "netns", "add", System.IO.Path.GetFileName(space));
            await IpAsync(space, "link", "set", "lo", "up");
            NetworkSpace.Within(space, () =>
            {
                File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "1");
                return true;
            });
        }
        await WireAsync(One, "wire", OneWire, Other, "wire", OtherWire, "1500");
        await OverlayAsync(One, Seen(""), OneWire);
        await OverlayAsync(Other, new([Network with
        {
            Gateway = "10.81.0.3",
            Gateways = [new("10.81.0.2", HardwareAddress.Of("10.81.0.2"), OneWire)],
            Endpoints = [.. new[] { ClientAddress, NearAddress }.Select(address => new NetworkEndpoint(address, "", address, HardwareAddress.Of(address), OneWire, true))],
        }], []), OtherWire);
        await JoinAsync(One, "c", Client, ClientAddress, "10.81.0.2");
        await JoinAsync(One, "n", Near, NearAddress, "10.81.0.2");
        await JoinAsync(Other, "f", Far, FarAddress, "10.81.0.3");
        if (OperatingSystem.IsLinux())
        {
            await SealAsync(One, "c", Client, 1, OneWire, "10.82.0.2", SealedClientAddress, 2, OtherWire, "10.82.0.3", SealedFarAddress);
            await SealAsync(Other, "f", Far, 2, OtherWire, "10.82.0.3", SealedFarAddress, 1, OneWire, "10.82.0.2", SealedClientAddress);
        }
        processes.Add(Process.Start("nsenter", ["--net=" + Client, "sleep", "3600"]));
        while ((await File.ReadAllTextAsync($"/proc/{ClientProcess}/comm")).Trim() != "sleep")
            await Task.Yield();
    }

    /// <summary>Puts a machine and a container of it on the encrypted network, of which the other machine has one too.</summary>
    [SupportedOSPlatform("linux")]
    private async Task SealAsync(
        string machine, string port, string container, ulong id, string wire, string gateway, string address, ulong peer, string peerWire, string peerGateway, string peerAddress)
    {
        var network = Sealed with
        {
            Gateway = gateway,
            Tunnels = [new(peerWire, peer)],
            Gateways = [new(peerGateway, HardwareAddress.Of(peerGateway), peerWire)],
            Endpoints = [new(peerAddress, "", peerAddress, HardwareAddress.Of(peerAddress), peerWire, true)],
        };
        var tunnel = new NodeTunnel(new() { SwarmId = "bench", RuntimeFolder = "", DataPath = wire, Space = machine, TunnelId = id });
        tunnels.Add(tunnel);
        if (tunnel.Apply([network], new([new(1, new(SHA256.HashData("bench"u8)))], 1, Timestamp.Zero), audit: false).Faults is [var fault, ..])
            throw fault;
        await OverlayAsync(machine, new([network], []), wire);
        await JoinAsync(machine, "s" + port, container, address, gateway, network, "eth1");
    }

    private async Task OverlayAsync(string space, NodeNetworks seen, string local)
    {
        var nothing = new OverlayState(ImmutableSortedDictionary<string, OverlayBridge>.Empty, ImmutableSortedDictionary<string, OverlayDevice>.Empty);
        var plan = OverlayPlan.Between(nothing, OverlayState.Of(seen.Networks, local), _ => false);
        await tools.In(space).RunAsync("ip", ["-batch", "-"], string.Join('\n', plan.Ip) + "\n", CancellationToken.None);
        await tools.In(space).RunAsync("bridge", ["-batch", "-"], string.Join('\n', plan.Bridge) + "\n", CancellationToken.None);
    }

    private async Task JoinAsync(string machine, string port, string container, string address, string gateway, NodeNetwork? on = null, string device = "eth0")
    {
        var network = on ?? Network;
        await IpAsync(machine, "link", "add", "port-" + port, "type", "veth", "peer", "name", device, "address", HardwareAddress.Of(address), "netns", System.IO.Path.GetFileName(container));
        await IpAsync(machine, "link", "set", "port-" + port, "master", OverlayNames.Bridge(network.Vni), "up");
        await IpAsync(container, "link", "set", device, "mtu", network.Mtu.ToString(CultureInfo.InvariantCulture), "up");
        await IpAsync(container, "addr", "add", address + "/24", "dev", device);
        if (on is null)
            await IpAsync(container, "route", "add", "default", "via", gateway);
    }

    private async Task WireAsync(string one, string device, string address, string other, string otherDevice, string otherAddress, string mtu)
    {
        await IpAsync(one, "link", "add", device, "type", "veth", "peer", "name", otherDevice, "netns", System.IO.Path.GetFileName(other));
        foreach (var (space, name, own) in new[] { (one, device, address), (other, otherDevice, otherAddress) })
        {
            await IpAsync(space, "addr", "add", own + "/24", "dev", name);
            await IpAsync(space, "link", "set", name, "mtu", mtu, "up");
        }
    }

    private Task IpAsync(string? space, params string[] arguments) => (space is null ? tools : tools.In(space)).RunAsync("ip", arguments, "", CancellationToken.None);

    private string Path(string part) => $"/run/netns/{name}{part}";
}
