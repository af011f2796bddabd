using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Net;
using System.Runtime.Versioning;

namespace SwarmPS.Daemon.Networking.Tunnel;

/// <summary>A network's way into the tunnel: the device on its bridge and a thread that sends what comes from it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TunnelPort : IDisposable
{
    private readonly TapDevice device;
    private readonly TunnelSocket socket;
    private readonly TunnelCounters counters;
    private readonly uint network;
    private readonly Thread thread;
    private volatile Stations stations = Stations.None;

    public TunnelPort(uint network, string name, TunnelSocket socket, TunnelCounters counters)
    {
        (this.network, this.socket, this.counters) = (network, socket, counters);
        device = TapDevice.Create(name);
        thread = new(SendAll) { IsBackground = true, Name = $"tunnel {name}" };
        thread.Start();
    }

    public string Name => device.Name;

    /// <summary>Whether the device is there: someone else may have deleted it.</summary>
    public bool IsAlive => thread.IsAlive;

    /// <summary>Says what of the network is where. A station whose peer has no link is left out.</summary>
    public void Set(IReadOnlyList<TunnelStation> all, IReadOnlyDictionary<ulong, TunnelLink> links)
    {
        var reached = all.Where(station => links.ContainsKey(station.Peer)).ToList();
        stations = new(
            reached.DistinctBy(station => station.Hardware).ToFrozenDictionary(station => station.Hardware, station => links[station.Peer]),
            reached.DistinctBy(station => station.Address).ToFrozenDictionary(station => Number(station.Address), station => station.Hardware),
            reached.Select(station => station.Peer).ToFrozenSet());
    }

    /// <summary>Hands a frame from a peer to the network, if that peer has a part in it.</summary>
    public void Deliver(ulong peer, ReadOnlySpan<byte> frame)
    {
        if (frame.Length > TapDevice.HeaderSize && stations.Peers.Contains(peer) && device.Write(frame))
            counters.CountReceived(frame.Length);
        else
            counters.CountRefused();
    }

    public void Dispose()
    {
        device.Close();
        thread.Join();
        device.Dispose();
    }

    private void SendAll()
    {
        var frame = new byte[TapDevice.FrameMax];
        var batch = new byte[TunnelSocket.BatchMax];
        try
        {
            while (device.Read(frame) is var length and > 0)
            {
                if (length >= TapDevice.HeaderSize + 14)
                    Send(frame.AsSpan(0, length), batch);
            }
        }
        catch (IOException)
        {
            // The device is of no use any more. Whoever asks finds this thread ended, and makes another one.
        }
    }

    private void Send(ReadOnlySpan<byte> frame, Span<byte> batch)
    {
        var ethernet = frame[TapDevice.HeaderSize..];
        if (stations.ByHardware.TryGetValue(BinaryPrimitives.ReadUInt64BigEndian(ethernet) >> 16, out var link))
        {
            if (link.Send(socket, network, frame, batch))
                counters.CountSent(frame.Length);
            else
                counters.CountUnsent();
        }
        else if (ArpAnswer.Asked(ethernet) is { } address && stations.ByAddress.TryGetValue(address, out var hardware))
        {
            var answer = batch[..(TapDevice.HeaderSize + ArpAnswer.Size)];
            answer[..TapDevice.HeaderSize].Clear();
            ArpAnswer.Write(ethernet, hardware, answer[TapDevice.HeaderSize..]);
            device.Write(answer);
        }
    }

    private static uint Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        return address.TryWriteBytes(bytes, out var written) && written == 4
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : throw new ArgumentException($"{address} is no IPv4 address.", nameof(address));
    }

    private sealed record Stations(FrozenDictionary<ulong, TunnelLink> ByHardware, FrozenDictionary<uint, ulong> ByAddress, FrozenSet<ulong> Peers)
    {
        public static readonly Stations None = new(FrozenDictionary<ulong, TunnelLink>.Empty, FrozenDictionary<uint, ulong>.Empty, []);
    }
}
