using System.Security.Cryptography;
using SwarmPS.Daemon.Networking.Tunnel;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Security;

/// <summary>
/// How the keys of encrypted networks change. Three are kept: the one that was sealed with before, the one that is, and the one that
/// will be. So each is given to the nodes a whole interval before anyone seals with it, and a node that the managers cannot reach for
/// as long goes on; nobody has to be asked whether all have it.
/// </summary>
internal static class TunnelKeyChange
{
    /// <summary>How long a key is sealed with.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(12);

    /// <summary>Keys have the epochs from 1 to this, and then 1 again: datagrams name them in one byte.</summary>
    private const uint EpochMax = 255;

    /// <summary>Whether a swarm needs keys: it has an encrypted network.</summary>
    public static bool IsNeeded(Snapshot state) => state.Networks.All.Any(NetworkUse.IsEncrypted);

    /// <summary>When the keys are to change; null where there are none and none are needed.</summary>
    public static Timestamp? DueAt(Snapshot state, Timestamp now)
    {
        if (state.Swarm?.TunnelKeys is { } ring)
            // A time that has yet to come was written by a manager whose clock is ahead: it must not put the change off.
            return ring.RotatedAt <= now ? ring.RotatedAt + Interval : now;
        return state.Swarm is not null && IsNeeded(state) ? now : null;
    }

    /// <summary>The keys that follow; null where none are needed any more.</summary>
    public static TunnelKeyRing? Next(TunnelKeyRing? ring, bool isNeeded, Timestamp now)
    {
        if (!isNeeded)
            return null;
        if (ring is null)
            return new([Make(1), Make(2)], 1, now);
        var kept = ring.Keys.SkipWhile(key => key.Epoch != ring.Epoch).ToList();
        // One that nobody seals with yet is always there; without it there would be no key that all nodes have.
        return kept.Count < 2
            ? new([Make(1), Make(2)], 1, now)
            : new([.. kept.Take(2), Make(kept[1].Epoch % EpochMax + 1)], kept[1].Epoch, now);
    }

    private static TunnelSecret Make(uint epoch) => new(epoch, new(RandomNumberGenerator.GetBytes(TunnelKey.Size)));
}
