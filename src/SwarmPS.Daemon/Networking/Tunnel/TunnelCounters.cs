namespace SwarmPS.Daemon.Networking.Tunnel;

/// <summary>What a tunnel has done, and what it would not do.</summary>
internal sealed class TunnelCounters
{
    private long sentFrames, sentBytes, receivedFrames, receivedBytes, unsent, refused;

    /// <summary>Frames and bytes that went out.</summary>
    public (long Frames, long Bytes) Sent => (Interlocked.Read(ref sentFrames), Interlocked.Read(ref sentBytes));

    /// <summary>Frames and bytes that came in.</summary>
    public (long Frames, long Bytes) Received => (Interlocked.Read(ref receivedFrames), Interlocked.Read(ref receivedBytes));

    /// <summary>Frames that the network or a missing key kept back.</summary>
    public long Unsent => Interlocked.Read(ref unsent);

    /// <summary>Datagrams and frames that are not authentic, came before, or came from a node that has no part in the network.</summary>
    public long Refused => Interlocked.Read(ref refused);

    public void CountSent(int bytes)
    {
        Interlocked.Increment(ref sentFrames);
        Interlocked.Add(ref sentBytes, bytes);
    }

    public void CountReceived(int bytes)
    {
        Interlocked.Increment(ref receivedFrames);
        Interlocked.Add(ref receivedBytes, bytes);
    }

    public void CountUnsent() => Interlocked.Increment(ref unsent);

    public void CountRefused() => Interlocked.Increment(ref refused);
}
