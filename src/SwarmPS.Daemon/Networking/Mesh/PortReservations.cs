using System.Net;
using System.Net.Sockets;
using SwarmPS.Daemon.Networking.Kernel;

namespace SwarmPS.Daemon.Networking.Mesh;

/// <summary>
/// Keeps published ports from being taken by other programs of the node, and tells where they already are. Nobody listens on them: the
/// kernel leads packets on before a socket would get them.
/// </summary>
/// <param name="space">The network namespace of the ports; null for this process's own.</param>
internal sealed class PortReservations(string? space) : IDisposable
{
    // Linux's IP_FREEBIND: also an address that the node does not have, or not yet, as one that moves between nodes.
    private const int LevelOfIP = 0, FreeBind = 15;

    private readonly Dictionary<NodePort, Socket> sockets = [];

    /// <summary>Whether a port is reserved.</summary>
    public bool Has(NodePort port) => sockets.ContainsKey(port) || !CanReserve(port);

    /// <summary>Reserves these ports and gives all others back; gives the reasons where some are taken.</summary>
    public IReadOnlyList<Exception> Set(IReadOnlySet<NodePort> ports)
    {
        foreach (var (port, socket) in sockets.Where(pair => !ports.Contains(pair.Key)).ToList())
        {
            sockets.Remove(port);
            socket.Dispose();
        }
        List<Exception> faults = [];
        foreach (var port in ports.Where(port => CanReserve(port) && !sockets.ContainsKey(port)))
        {
            try
            {
                sockets[port] = Reserve(port);
            }
            catch (SocketException taken)
            {
                faults.Add(new NetworkToolException($"Port {port} is published by a service, but cannot be had on this node: {taken.Message}. Stop the program that has it, or publish another port.", taken));
            }
        }
        return faults;
    }

    /// <inheritdoc/>
    public void Dispose() => Set(new HashSet<NodePort>());

    private static bool CanReserve(NodePort port) => port.Protocol is "tcp" or "udp";

    private Socket Reserve(NodePort port)
    {
        // .NET lets others share the port of a socket that it knows to be TCP's, as long as nobody listens: so it is not told, and the kernel
        // takes what a stream is by default.
        var (kind, protocol) = port.Protocol == "tcp" ? (SocketType.Stream, ProtocolType.Unspecified) : (SocketType.Dgram, ProtocolType.Udp);
        var socket = NetworkSpace.Within(space, () => new Socket(AddressFamily.InterNetwork, kind, protocol));
        try
        {
            if (port.Address.Length > 0)
                socket.SetRawSocketOption(LevelOfIP, FreeBind, BitConverter.GetBytes(1));
            socket.Bind(new IPEndPoint(port.Address.Length > 0 ? IPAddress.Parse(port.Address) : IPAddress.Any, (int)port.Number));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
