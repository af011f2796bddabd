using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using SwarmPS.Daemon.Networking.Kernel;

namespace SwarmPS.Daemon.Tests.Networking;

/// <summary>Network namespaces on one switch, in place of containers: a second each is saved. They and all in them go at the end.</summary>
internal sealed class TestSwitch : IAsyncDisposable
{
    private readonly string name = "swpsv" + RandomNumberGenerator.GetHexString(5, lowercase: true);
    private readonly NetworkTools tools = new(TimeProvider.System);
    private readonly List<Process> processes = [];
    private readonly List<IDisposable> sockets = [];
    private readonly List<string> spaces = [];

    private TestSwitch()
    {
    }

    /// <summary>The switch's own namespace, which is the host's to its containers.</summary>
    public NetworkTools Host => tools.In("/run/netns/" + name);

    public static async Task<TestSwitch> CreateAsync(params string[] gateways)
    {
        Assert.SkipWhen(NetworkTrial.Obstacle("ip", "nft", "conntrack", "nsenter") is { } missing, NetworkTrial.Obstacle("ip", "nft", "conntrack", "nsenter") ?? "");
        var made = new TestSwitch();
        await made.AddSpaceAsync(made.name);
        // The switch is a router too, between the networks on it.
        NetworkSpace.Within(made.Host.Space, () =>
        {
            File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "1");
            return true;
        });
        await made.BatchAsync(made.name, ["link add br0 type bridge", .. gateways.Select(address => $"addr add {address}/24 dev br0"), "link set br0 up"]);
        return made;
    }

    /// <summary>Adds a container with addresses and gives the id of its process.</summary>
    public async Task<int> AddAsync(string container, params string[] addresses)
    {
        var space = name + container;
        await AddSpaceAsync(space);
        await BatchAsync(name, [$"link add port-{container} type veth peer name eth0 netns {space}", $"link set port-{container} master br0 up"]);
        await BatchAsync(space, [.. addresses.Select(address => $"addr add {address}/24 dev eth0"), "link set eth0 up"]);
        processes.Add(Process.Start("nsenter", ["--net=" + PathOf(container), "sleep", "3600"]));
        // What nsenter becomes is in the namespace; what it is before is not.
        var process = processes[^1].Id;
        await NetworkTrial.UntilAsync(() => Task.FromResult(File.ReadAllText($"/proc/{process}/comm").Trim() == "sleep"), $"{container} has no process");
        return process;
    }

    /// <summary>A container's namespace.</summary>
    public string PathOf(string container) => $"/run/netns/{name}{container}";

    /// <summary>Runs a program in a container.</summary>
    public Task<string> RunAsync(string container, string program, params string[] arguments) =>
        tools.In(PathOf(container)).RunAsync(program, arguments, "", TestContext.Current.CancellationToken);

    /// <summary>Lets a container answer with its own name on a port, TCP and UDP.</summary>
    public void Serve(string container, int port)
    {
        var text = Encoding.ASCII.GetBytes(container);
        var (listener, datagrams) = NetworkSpace.Within(PathOf(container), () =>
        {
            var (stream, datagram) = (new Socket(SocketType.Stream, ProtocolType.Tcp), new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
            stream.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            stream.Listen();
            datagram.Bind(new IPEndPoint(IPAddress.Any, port));
            return (stream, datagram);
        });
        sockets.AddRange([listener, datagrams]);
        _ = AcceptAsync();
        _ = AnswerAsync();

        async Task AcceptAsync()
        {
            while (true)
            {
                using var connection = await listener.AcceptAsync();
                // The client's address as the server sees it.
                await connection.SendAsync(Encoding.ASCII.GetBytes($"{container} {((IPEndPoint)connection.RemoteEndPoint!).Address.MapToIPv4()}"));
                connection.Shutdown(SocketShutdown.Both);
            }
        }

        async Task AnswerAsync()
        {
            var buffer = new byte[64];
            while (true)
            {
                var from = await datagrams.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                await datagrams.SendToAsync(text, from.RemoteEndPoint);
            }
        }
    }

    /// <summary>Connects from a container and gives who answered, with the address that it saw.</summary>
    public Task<string> AskAsync(string container, string address, int port) => AskFromAsync(PathOf(container), address, port);

    /// <summary>Connects from a namespace and gives who answered, with the address that it saw.</summary>
    public static async Task<string> AskFromAsync(string? space, string address, int port)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var socket = NetworkSpace.Within(space, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        await socket.ConnectAsync(IPAddress.Parse(address), port, late.Token);
        var buffer = new byte[64];
        var read = await socket.ReceiveAsync(buffer, late.Token);
        return Encoding.ASCII.GetString(buffer, 0, read);
    }

    /// <summary>Asks a web server for its page from a namespace and gives all that it says.</summary>
    public static async Task<string> GetAsync(string? space, string address, int port)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var socket = NetworkSpace.Within(space, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        await socket.ConnectAsync(IPAddress.Parse(address), port, late.Token);
        await socket.SendAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), late.Token);
        using var reader = new StreamReader(new NetworkStream(socket));
        return await reader.ReadToEndAsync(late.Token);
    }

    /// <summary>A connected UDP socket in a container.</summary>
    public Socket Datagrams(string? container, string address, int port)
    {
        var socket = NetworkSpace.Within(container is null ? Host.Space : PathOf(container), () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        sockets.Add(socket);
        socket.Connect(IPAddress.Parse(address), port);
        return socket;
    }

    /// <summary>Sends a datagram and gives the answer; empty where none comes.</summary>
    public static async Task<string> ExchangeAsync(Socket socket)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        var buffer = new byte[64];
        try
        {
            await socket.SendAsync("?"u8.ToArray(), late.Token);
            return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, late.Token));
        }
        catch (Exception none) when (none is OperationCanceledException or SocketException)
        {
            return "";
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in sockets)
            socket.Dispose();
        foreach (var process in processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        foreach (var space in spaces)
            await tools.RunAsync("ip", ["netns", "del", space], "", CancellationToken.None);
    }

    private async Task AddSpaceAsync(string space)
    {
        await tools.RunAsync("ip", ["netns", "add", space], "", CancellationToken.None);
        spaces.Add(space);
        await BatchAsync(space, ["link set lo up"]);
    }

    private Task BatchAsync(string space, IEnumerable<string> lines) =>
        tools.RunAsync("ip", ["-n", space, "-batch", "-"], string.Join('\n', lines) + "\n", CancellationToken.None);
}
