using System.Collections.Frozen;
using System.Net;
using System.Runtime.Versioning;

namespace SwarmPS.Daemon.Networking.Tunnel;

/// <summary>
/// Carries the frames of encrypted networks between nodes over UDP, sealed with AES-256-GCM, where the kernel has neither WireGuard nor
/// ESP. It does what it is last told by <see cref="Apply"/>; docs/decisions/encrypted-networks.md says why it is as it is.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class EncryptedTunnel : IDisposable
{
    private readonly Lock applying = new();
    private readonly TunnelSocket socket;
    private readonly Thread thread;
    private Dictionary<ulong, TunnelLink> links = [];
    private Dictionary<uint, TunnelPort> ports = [];
    private volatile Routes routes = new(FrozenDictionary<ulong, TunnelLink>.Empty, FrozenDictionary<uint, TunnelPort>.Empty);
    private ulong counterFloor;

    /// <param name="id">The tunnel's id: chance, and another one each time, as counters begin anew.</param>
    /// <param name="local">Where to listen.</param>
    public EncryptedTunnel(ulong id, IPEndPoint local)
    {
        Id = id;
        socket = new(local);
        thread = new(ReceiveAll) { IsBackground = true, Name = "tunnel" };
        thread.Start();
    }

    public ulong Id { get; }

    public IPEndPoint Local => socket.Local;

    public TunnelCounters Counters { get; } = new();

    /// <summary>Brings the tunnel to a state: makes and removes devices, links and keys as needed, and leaves alone what stays.</summary>
    public void Apply(TunnelState state)
    {
        lock (applying)
        {
            var nextLinks = state.Peers.ToDictionary(peer => peer.Id, peer => links.GetValueOrDefault(peer.Id) ?? new(Id, peer.Id, counterFloor));
            foreach (var peer in state.Peers)
                nextLinks[peer.Id].Set(peer.Address, state.Keys, state.Epoch);
            foreach (var gone in links.Values.Where(link => !nextLinks.ContainsKey(link.Peer)))
                counterFloor = Math.Max(counterFloor, gone.Counter);
            links = nextLinks;
            SetPorts(state.Networks);
            routes = new(links.ToFrozenDictionary(), ports.ToFrozenDictionary());
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        thread.Join();
        lock (applying)
        {
            foreach (var port in ports.Values)
                port.Dispose();
            ports = [];
        }
    }

    private void SetPorts(IReadOnlyList<TunnelNetwork> networks)
    {
        var wanted = networks.ToDictionary(network => network.Id);
        foreach (var (id, port) in ports.ToList())
        {
            if (wanted.TryGetValue(id, out var network) && network.Device == port.Name && port.IsAlive)
                continue;
            ports.Remove(id);
            port.Dispose();
        }
        foreach (var network in networks)
        {
            if (!ports.TryGetValue(network.Id, out var port))
                ports[network.Id] = port = new(network.Id, network.Device, socket, Counters);
            port.Set(network.Stations, links);
        }
    }

    private void ReceiveAll()
    {
        var buffer = new byte[1 << 16];
        while (socket.Receive(buffer) is var length and > 0)
        {
            var rest = buffer.AsSpan(0, length);
            while (TunnelHeader.Read(rest) is { } header)
            {
                Receive(header, rest[..header.Length]);
                rest = rest[header.Length..];
            }
            if (!rest.IsEmpty)
                Counters.CountRefused();
        }
    }

    private void Receive(TunnelHeader header, Span<byte> datagram)
    {
        var now = routes;
        if (!now.Links.TryGetValue(header.Sender, out var link) || !link.Receive(header, datagram, out var network, out var frame))
            Counters.CountRefused();
        else if (!frame.IsEmpty && now.Ports.TryGetValue(network, out var port))
            port.Deliver(link.Peer, frame);
    }

    private sealed record Routes(FrozenDictionary<ulong, TunnelLink> Links, FrozenDictionary<uint, TunnelPort> Ports);
}
