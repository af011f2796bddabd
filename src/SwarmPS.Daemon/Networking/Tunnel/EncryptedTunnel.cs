using System.Collections.Frozen;
using System.Net;
using System.Runtime.Versioning;

namespace SwarmPS.Daemon.Networking.Tunnel;

/// <summary>
/// Carries the frames of encrypted networks between nodes over UDP, sealed with AES-256-GCM. It does what it is last told by
/// <see cref="Apply"/>; docs/decisions/encrypted-networks.md says why it is as it is.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class EncryptedTunnel : IDisposable
{
    private readonly Lock applying = new();
    private readonly TunnelSocket socket;
    private readonly Thread thread;
    private readonly Dictionary<ulong, TunnelLink> links = [];
    private Dictionary<uint, TunnelPort> ports = [];
    private volatile Routes routes = new(FrozenDictionary<ulong, TunnelLink>.Empty, FrozenDictionary<uint, TunnelPort>.Empty);

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
    public TunnelOutcome Apply(TunnelState state)
    {
        lock (applying)
        {
            foreach (var peer in state.Peers)
            {
                if (!links.TryGetValue(peer.Id, out var link))
                    links[peer.Id] = link = new(Id, peer.Id);
                link.Set(peer.Address, state.Keys, state.Epoch);
            }
            var reached = state.Peers.Select(peer => peer.Id).Distinct().ToFrozenDictionary(id => id, id => links[id]);
            foreach (var gone in links.Values.Where(link => !reached.ContainsKey(link.Peer)).ToList())
                LetGo(gone, state.Keys);
            var outcome = SetPorts(state.Networks, reached);
            routes = new(reached, ports.ToFrozenDictionary());
            return outcome;
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

    /// <summary>
    /// A peer that left may come back while its keys are in use. What was counted and seen is kept until then: no counter may come
    /// twice, and what was recorded before must not be taken after.
    /// </summary>
    private void LetGo(TunnelLink link, IReadOnlyList<TunnelKey> keys)
    {
        if (keys.Count == 0 || link.Knows(keys))
            link.Rest();
        else
            links.Remove(link.Peer);
    }

    private TunnelOutcome SetPorts(IReadOnlyList<TunnelNetwork> networks, FrozenDictionary<ulong, TunnelLink> reached)
    {
        var wanted = networks.ToDictionary(network => network.Id);
        foreach (var (id, port) in ports.ToList())
        {
            if (wanted.TryGetValue(id, out var network) && network.Device == port.Name && port.IsAlive)
                continue;
            ports.Remove(id);
            port.Dispose();
        }
        Dictionary<uint, string> faults = [];
        var made = false;
        foreach (var network in networks)
        {
            try
            {
                if (!ports.TryGetValue(network.Id, out var port))
                {
                    ports[network.Id] = port = new(network.Id, network.Device, socket, Counters);
                    made = true;
                }
                port.Set(network.Stations, reached);
            }
            catch (IOException fault)
            {
                faults[network.Id] = fault.Message;
            }
        }
        return new(made, faults);
    }

    private void ReceiveAll()
    {
        var buffer = new byte[1 << 16];
        while (socket.Receive(buffer) is var length and >= 0)
        {
            var rest = buffer.AsSpan(0, length);
            while (TunnelHeader.Read(rest) is { } header)
            {
                Receive(header, rest[..header.Length]);
                rest = rest[header.Length..];
            }
            if (!rest.IsEmpty || length == 0)
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
