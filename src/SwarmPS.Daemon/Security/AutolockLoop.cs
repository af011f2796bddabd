using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Security;

/// <summary>
/// Seals this manager's keyring by what the swarm wants: by a key in a file, or by the unlock key, of which nothing is on this disk.
/// </summary>
internal sealed class AutolockLoop(SwarmStore store, Keyring keyring, SwarmDirectory directory, ILogger log)
{
    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var feed = store.Feed.Subscribe(ObjectKind.Swarm);
        SecretText? sealedBy = null;
        var known = false;
        while (true)
        {
            await feed.NextAsync(stop).ConfigureAwait(false);
            if (store.Current.Swarm is not { } swarm || (known && swarm.UnlockKey == sealedBy))
                continue;
            (sealedBy, known) = (swarm.UnlockKey, true);
            Seal(sealedBy);
        }
    }

    private void Seal(SecretText? unlockKey)
    {
        var locked = Keyring.LockOf(directory.KeyringFile) is KeyringLock.UnlockKey;
        if (unlockKey is null && !locked)
            return;
        keyring.Relock(unlockKey is null ? KeyEncryptionKey.FromFile(directory.KeyringKeyFile) : UnlockKey.Seals(unlockKey.Value));
        if (unlockKey is not null)
        {
            File.Delete(directory.KeyringKeyFile);
            DurableFile.SyncDirectory(directory.Certificates);
        }
        if (locked != unlockKey is not null)
            log.Autolock(unlockKey is null ? "starts unlocked" : "asks for the unlock key");
    }
}
