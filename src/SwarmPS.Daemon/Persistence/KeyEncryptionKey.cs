using System.Security.Cryptography;
using System.Text;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Persistence;

/// <summary>
/// Seals the keyring. Where managers start unlocked it lies in a file beside the node's key; with autolock it is derived from the
/// unlock key and is on no disk.
/// </summary>
public sealed class KeyEncryptionKey
{
    private const int Length = 32;

    private readonly byte[] key;

    private KeyEncryptionKey(byte[] key, KeyringLock source) => (this.key, Source) = (key, source);

    /// <summary>Where it comes from.</summary>
    public KeyringLock Source { get; }

    internal ReadOnlySpan<byte> Bytes => key;

    /// <summary>The file it is in, where it is in one.</summary>
    internal string? Path { get; private init; }

    /// <summary>The key of a file. Throws <see cref="SwarmException"/> (FailedPrecondition) where it is damaged or missing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="create">Whether it is made where there is none: only where nothing is sealed by it yet.</param>
    public static KeyEncryptionKey FromFile(string path, bool create = true)
    {
        if (!File.Exists(path) && !create)
            throw new SwarmException(SwarmErrorCode.FailedPrecondition, $"{path} is missing. Put back a copy of the file, or leave the swarm by force and join again.");
        if (!File.Exists(path))
            DurableFile.Write(path, RandomNumberGenerator.GetBytes(Length));
        var key = File.ReadAllBytes(path);
        return key.Length == Length
            ? new(key, KeyringLock.File) { Path = path }
            : throw new SwarmException(
                SwarmErrorCode.FailedPrecondition,
                $"{path} is damaged: it has {key.Length} bytes where a key has {Length}. Put back a copy of the file, or leave the swarm by force and join again.");
    }

    /// <summary>The key that an unlock key stands for.</summary>
    public static KeyEncryptionKey FromUnlockKey(ReadOnlySpan<byte> unlockKey) =>
        new(HKDF.DeriveKey(HashAlgorithmName.SHA256, unlockKey.ToArray(), Length, info: Encoding.ASCII.GetBytes("swarmps keyring")), KeyringLock.UnlockKey);
}

/// <summary>What a keyring is sealed by.</summary>
public enum KeyringLock : byte
{
    /// <summary>A key in a file beside it.</summary>
    File = 1,

    /// <summary>The unlock key, which someone has to give at each start.</summary>
    UnlockKey = 2,
}
