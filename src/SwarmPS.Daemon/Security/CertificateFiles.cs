using System.Text;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Security;

/// <summary>
/// This node's certificate, private key and roots on the disk. With autolock, a manager's private key is there only sealed by its
/// keyring, which the unlock key seals; a worker cannot be locked, so its key is in the clear. Each change replaces the files whole.
/// Thread-safe.
/// </summary>
/// <param name="folder">Where the files are.</param>
/// <param name="keyring">Opens and seals the key; null on a worker, which has no keyring.</param>
internal sealed class CertificateFiles(string folder, Keyring? keyring)
{
    private readonly Lock gate = new();
    private bool seals = keyring?.LockedBy is KeyringLock.UnlockKey;

    /// <summary>Writes a file whole or not at all.</summary>
    public Action<string, string> Write { private get; init; } = static (file, text) => DurableFile.Write(file, Encoding.UTF8.GetBytes(text));

    /// <summary>Runs after a key that was in the clear on the disk was sealed: it should be replaced by one that never was.</summary>
    public Action? KeySealed { get; set; }

    /// <summary>Reads the files, with the key opened. Throws <see cref="SwarmException"/> where one is missing or the key does not open.</summary>
    public NodeCertificate Read() => Opened(NodeCertificate.Read(folder));

    /// <summary>Replaces the files by those of another certificate, whose key is sealed on a manager that starts locked.</summary>
    public void Save(NodeCertificate next)
    {
        lock (gate)
            Replace(next);
    }

    /// <summary>
    /// Seals the key on the disk, or opens it. Throws <see cref="SwarmException"/> where it does not open, <see cref="IOException"/> where
    /// it cannot be written.
    /// </summary>
    public void Seal(bool sealing)
    {
        lock (gate)
        {
            seals = sealing && keyring is not null;
            var present = NodeCertificate.Read(folder);
            // A replacement that was cut off counts, but what it replaces is still on the disk.
            if (SealedKey.Is(present.KeyPem) == Seals(present) && !NodeCertificate.IsBeingReplaced(folder))
                return;
            Replace(Opened(present));
        }
        if (sealing)
            KeySealed?.Invoke();
    }

    /// <summary>Seals the key where the unlock key seals the keyring, and opens it elsewhere, as after a crash or a change of role.</summary>
    public void SealAsKeyring() => Seal(keyring?.LockedBy is KeyringLock.UnlockKey);

    private bool Seals(NodeCertificate files) => seals && files.ReadSubject().Role is NodeRole.Manager;

    private NodeCertificate Opened(NodeCertificate files) =>
        SealedKey.Is(files.KeyPem) ? files with { KeyPem = SealedKey.Open(files.KeyPem, keyring) } : files;

    private void Replace(NodeCertificate next)
    {
        var stored = Seals(next) ? next with { KeyPem = SealedKey.Seal(next.KeyPem, keyring!) } : next;
        stored.Replace(folder, Write);
    }
}
