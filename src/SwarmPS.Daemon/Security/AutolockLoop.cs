using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Security;

/// <summary>
/// Seals this manager's keyring by what the swarm wants: by a key in a file, or by the unlock key, of which nothing is on this disk;
/// with the unlock key its private key, too.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="isCurrent">Whether the store has caught up: a log that is read again says how managers were locked long ago.</param>
/// <param name="keyring">The keyring.</param>
/// <param name="directory">Where it is.</param>
/// <param name="sealNodeKey">Seals the private key on the disk by the keyring, or opens it.</param>
/// <param name="log">The log.</param>
internal sealed class AutolockLoop(
    SwarmStore store, Func<bool> isCurrent, Keyring keyring, SwarmDirectory directory, Action<bool> sealNodeKey, ILogger log)
{
    private readonly Channel<bool> current =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Looks again, as when the store has caught up.</summary>
    public void LookAgain() => current.Writer.TryWrite(true);

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var feed = store.Feed.Subscribe(ObjectKind.Swarm);
        SecretText? sealedBy = null;
        var known = false;
        while (true)
        {
            await UntilChangedAsync(feed, stop).ConfigureAwait(false);
            if (!isCurrent() || store.Current.Swarm is not { } swarm || (known && swarm.UnlockKey == sealedBy))
                continue;
            (sealedBy, known) = (swarm.UnlockKey, true);
            Seal(sealedBy);
        }
    }

    private async Task UntilChangedAsync(ChangeSubscription feed, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(feed.WaitAsync(either.Token), current.Reader.WaitToReadAsync(either.Token).AsTask()).ConfigureAwait(false);
        await either.CancelAsync().ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        _ = current.Reader.TryRead(out _);
        _ = feed.TryNext();
    }

    /// <summary>
    /// The private key is sealed by the keyring or not at all, and the keyring is one file: after a crash between any two of these steps,
    /// the disk opens by the unlock key before or by the one after.
    /// </summary>
    private void Seal(SecretText? unlockKey)
    {
        var locked = keyring.LockedBy is KeyringLock.UnlockKey;
        if (unlockKey is null && !locked)
        {
            sealNodeKey(false);
            return;
        }
        if (unlockKey is not null)
            sealNodeKey(true);
        keyring.Relock(unlockKey is null ? KeyEncryptionKey.FromFile(directory.KeyringKeyFile) : UnlockKey.Seals(unlockKey.Value));
        if (unlockKey is not null)
        {
            File.Delete(directory.KeyringKeyFile);
            DurableFile.SyncDirectory(directory.Certificates);
        }
        else
        {
            sealNodeKey(false);
        }
        if (locked != unlockKey is not null)
            log.Autolock(unlockKey is null ? "starts unlocked" : "asks for the unlock key");
    }
}
