using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;

namespace SwarmPS.EndToEnd;

/// <summary>
/// Servers in the network namespaces of a service's containers, whose image has none for UDP: each answers, TCP and UDP, with its node and
/// the address that it saw its client by.
/// </summary>
internal sealed class TaskEcho : IDisposable
{
    private const int NetworkKind = 0x40000000;

    private readonly List<Socket> sockets = [];
    private readonly ConcurrentQueue<string> faults = new();

    /// <summary>What kept servers from answering, for a failing test's message.</summary>
    public string Faults => string.Join("; ", faults);

    /// <summary>Serves in all containers of a service that run now.</summary>
    public static async Task<TaskEcho> StartAsync(LabFixture lab, string service, int port)
    {
        var echo = new TaskEcho();
        foreach (var node in lab.Names)
        {
            var docker = new DockerClient("unix://" + lab.Place(node).EngineSocket);
            var ids = (await docker.RunAsync("ps", "-q", "--filter", $"label=com.docker.swarm.service.name={service}")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            foreach (var id in ids)
                echo.Serve(node, (await docker.RunAsync("inspect", "--format", "{{.State.Pid}}", id)).Trim(), port);
        }
        return echo;
    }

    /// <summary>Asks an address from this machine over TCP; gives what was answered, or why nothing was.</summary>
    public static async Task<string> AskAsync(string address, int port)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        return await AnswerAsync(async () =>
        {
            await socket.ConnectAsync(IPAddress.Parse(address), port, late.Token);
            return await ReceiveAsync(socket, late.Token);
        });
    }

    /// <summary>Asks an address from this machine by a datagram of a new socket; gives what was answered, or why nothing was.</summary>
    public static async Task<string> SendAsync(string address, int port)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        return await AnswerAsync(async () =>
        {
            await socket.ConnectAsync(IPAddress.Parse(address), port, late.Token);
            await socket.SendAsync("?"u8.ToArray(), late.Token);
            return await ReceiveAsync(socket, late.Token);
        });
    }

    public void Dispose() => sockets.ForEach(socket => socket.Dispose());

    private static async Task<string> ReceiveAsync(Socket socket, CancellationToken stop)
    {
        var buffer = new byte[64];
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, stop));
    }

    private static async Task<string> AnswerAsync(Func<Task<string>> ask)
    {
        try
        {
            return await ask();
        }
        catch (SocketException refused)
        {
            return refused.Message;
        }
        catch (OperationCanceledException)
        {
            return "(no answer)";
        }
    }

    private void Serve(string node, string process, int port)
    {
        var (listener, datagrams) = Within(process, () => (new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)));
        sockets.AddRange([listener, datagrams]);
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen();
        datagrams.Bind(new IPEndPoint(IPAddress.Any, port));
        _ = UntilDisposedAsync(node, async () =>
        {
            using var connection = await listener.AcceptAsync();
            await connection.SendAsync(Told(connection.RemoteEndPoint!));
            connection.Shutdown(SocketShutdown.Both);
        });
        _ = UntilDisposedAsync(node, async () =>
        {
            var from = await datagrams.ReceiveFromAsync(new byte[64], new IPEndPoint(IPAddress.Any, 0));
            await datagrams.SendToAsync(Told(from.RemoteEndPoint), from.RemoteEndPoint);
        });

        byte[] Told(EndPoint client) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{node} {((IPEndPoint)client).Address}"));
    }

    /// <summary>Serves one client after the other; one that cannot be answered keeps no other from its answer.</summary>
    private async Task UntilDisposedAsync(string node, Func<Task> serve)
    {
        while (true)
        {
            try
            {
                await serve();
            }
            catch (Exception end) when (end is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return;
            }
            catch (SocketException fault)
            {
                faults.Enqueue($"{node}: {fault.Message}");
            }
        }
    }

    /// <summary>Does something on a thread in the network namespace of a process: sockets made there stay in it.</summary>
    private static T Within<T>(string process, Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var space = File.OpenHandle($"/proc/{process}/ns/net");
                Assert.Equal(0, Enter((int)space.DangerousGetHandle(), NetworkKind));
                result = work();
            }
            catch (Exception any)
            {
                fault = ExceptionDispatchInfo.Capture(any);
            }
        });
        thread.Start();
        thread.Join();
        fault?.Throw();
        return result;
    }

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static extern int Enter(int file, int kind);
}
