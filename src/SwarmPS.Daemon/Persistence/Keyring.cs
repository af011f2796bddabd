using System.Buffers.Binary;
using System.Security.Cryptography;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Persistence;

/// <summary>
/// The data keys of a swarm's managers: the newest seals, all of them open. The file is a magic word, what it is sealed by, and the
/// keys sealed by a <see cref="KeyEncryptionKey"/>. Thread-safe.
/// </summary>
public sealed class Keyring
{
    private const int HeaderBytes = 8;
    private const int EntryBytes = 4 + SealingKey.KeyBytes;

    private static ReadOnlySpan<byte> Magic => "SWKEYS1"u8;

    private readonly string path;
    private readonly Lock gate = new();
    private readonly SealingKey[] keys;

    private volatile KeyringLock lockedBy;

    private Keyring(string path, SealingKey[] keys, KeyringLock lockedBy) => (this.path, this.keys, this.lockedBy) = (path, keys, lockedBy);

    /// <summary>What the file is sealed by.</summary>
    public KeyringLock LockedBy => lockedBy;

    /// <summary>What the keyring at a path is sealed by; null where there is none. Throws <see cref="SwarmException"/> where it is damaged.</summary>
    public static KeyringLock? LockOf(string path) => File.Exists(path) ? ReadHeader(path, File.ReadAllBytes(path)) : null;

    /// <summary>
    /// Throws <see cref="SwarmException"/> (FailedPrecondition) where the key of a file opens a keyring that says that the unlock key seals it: such
    /// a manager would wait for an unlock key that there is not.
    /// </summary>
    public static void CheckLock(string path, string keyFile)
    {
        var file = File.ReadAllBytes(path);
        if (ReadHeader(path, file) is not KeyringLock.UnlockKey || !File.Exists(keyFile))
            return;
        var key = KeyEncryptionKey.FromFile(keyFile, create: false);
        file[HeaderBytes - 1] = (byte)key.Source;
        try
        {
            CryptographicOperations.ZeroMemory(Unseal(file, key));
        }
        catch (CryptographicException)
        {
            // The unlock key does seal it: a crash while autolock was turned on has left the other key's file.
            return;
        }
        throw Damaged(path, $"it says that the unlock key seals it, but the key in {keyFile} does", null);
    }

    /// <summary>Makes a keyring of one new key, in place of any that is there.</summary>
    public static Keyring Create(string path, KeyEncryptionKey lockedBy)
    {
        var keyring = new Keyring(path, [NewKey(1)], lockedBy.Source);
        keyring.Save(keyring.keys, lockedBy);
        return keyring;
    }

    /// <summary>Makes a keyring of the keys that another manager handed over by <see cref="Export"/>, in place of any that is there.</summary>
    public static Keyring Import(string path, KeyEncryptionKey lockedBy, byte[] exported)
    {
        var keyring = new Keyring(path, Parse(path, [.. exported]), lockedBy.Source);
        keyring.Save(keyring.keys, lockedBy);
        return keyring;
    }

    /// <summary>Opens a keyring. Throws <see cref="SwarmException"/>: Unauthenticated where the key is wrong, FailedPrecondition where the file is damaged.</summary>
    public static Keyring Open(string path, KeyEncryptionKey lockedBy)
    {
        if (!File.Exists(path))
            throw Damaged(path, "it is missing", null);
        var file = File.ReadAllBytes(path);
        var source = ReadHeader(path, file);
        if (source != lockedBy.Source)
            throw new SwarmException(SwarmErrorCode.Unauthenticated, $"{path} is sealed by {Describe(source)}, not by {Describe(lockedBy.Source)}.");
        byte[] plain;
        try
        {
            plain = Unseal(file, lockedBy);
        }
        catch (CryptographicException fault) when (source is KeyringLock.UnlockKey)
        {
            throw new SwarmException(SwarmErrorCode.Unauthenticated, $"The unlock key does not open {path}: it is not this swarm's present one, or the file is damaged.", fault);
        }
        catch (CryptographicException fault)
        {
            throw Damaged(path, $"the key in {lockedBy.Path} does not open it, or is damaged itself", fault);
        }
        return new(path, Parse(path, plain), source);
    }

    /// <summary>The keys in the clear, for a manager that joins: it gets them over mutual TLS and keeps them by <see cref="Import"/>.</summary>
    public byte[] Export() => Plain(keys);

    /// <summary>Seals the keyring by another key, as when autolock goes on or off or the unlock key changes.</summary>
    public void Relock(KeyEncryptionKey lockedBy)
    {
        lock (gate)
        {
            Save(keys, lockedBy);
            this.lockedBy = lockedBy.Source;
        }
    }

    /// <summary>Seals bytes for the place that <paramref name="context"/> names.</summary>
    public byte[] Seal(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> context) => Seal(plain, context, headroom: 0);

    /// <summary>The same, after some bytes that are left for a header.</summary>
    internal byte[] Seal(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> context, int headroom)
    {
        var message = new byte[headroom + plain.Length + SealingKey.Overhead];
        keys[^1].Seal(plain, context, message.AsSpan(headroom));
        return message;
    }

    /// <summary>Opens what was sealed for that place. Throws <see cref="CryptographicException"/> where it was changed, belongs elsewhere or its key is gone.</summary>
    public byte[] Open(ReadOnlySpan<byte> message, ReadOnlySpan<byte> context)
    {
        var id = SealingKey.IdOf(message);
        var key = Array.Find(keys, key => key.Id == id)
            ?? throw new CryptographicException($"It is sealed by key {id}, which is not in the keyring {path}.");
        return key.Open(message, context);
    }

    private static SealingKey NewKey(uint id) => new(id, RandomNumberGenerator.GetBytes(SealingKey.KeyBytes));

    private void Save(SealingKey[] saved, KeyEncryptionKey lockedBy)
    {
        var plain = Plain(saved);
        var file = new byte[HeaderBytes + SealingKey.Overhead + plain.Length];
        Magic.CopyTo(file);
        file[HeaderBytes - 1] = (byte)lockedBy.Source;
        using (var cipher = new SealingKey(0, lockedBy.Bytes.ToArray()))
            cipher.Seal(plain, file.AsSpan(0, HeaderBytes), file.AsSpan(HeaderBytes));
        CryptographicOperations.ZeroMemory(plain);
        DurableFile.Write(path, file);
    }

    private static byte[] Unseal(byte[] file, KeyEncryptionKey lockedBy)
    {
        using var cipher = new SealingKey(0, lockedBy.Bytes.ToArray());
        return cipher.Open(file.AsSpan(HeaderBytes), file.AsSpan(0, HeaderBytes));
    }

    private static byte[] Plain(SealingKey[] keys)
    {
        var plain = new byte[keys.Length * EntryBytes];
        for (var i = 0; i < keys.Length; i++)
        {
            var entry = plain.AsSpan(i * EntryBytes, EntryBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, keys[i].Id);
            keys[i].Bytes.CopyTo(entry[4..]);
        }
        return plain;
    }

    private static KeyringLock ReadHeader(string path, ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderBytes + SealingKey.Overhead + EntryBytes || !file.StartsWith(Magic))
            throw Damaged(path, "it does not look like a keyring", null);
        var source = (KeyringLock)file[HeaderBytes - 1];
        return Enum.IsDefined(source) ? source : throw Damaged(path, $"it is sealed in an unknown way ({(byte)source})", null);
    }

    private static SealingKey[] Parse(string path, byte[] plain)
    {
        if (plain.Length == 0 || plain.Length % EntryBytes != 0)
            throw Damaged(path, "its keys are cut off", null);
        var keys = new SealingKey[plain.Length / EntryBytes];
        for (var i = 0; i < keys.Length; i++)
        {
            var entry = plain.AsSpan(i * EntryBytes, EntryBytes);
            keys[i] = new(BinaryPrimitives.ReadUInt32LittleEndian(entry), entry[4..].ToArray());
        }
        CryptographicOperations.ZeroMemory(plain);
        return keys;
    }

    private static string Describe(KeyringLock source) => source switch
    {
        KeyringLock.File => "a key in a file",
        KeyringLock.UnlockKey => "the unlock key",
    };

    private static SwarmException Damaged(string path, string how, Exception? inner) => new(
        SwarmErrorCode.FailedPrecondition,
        $"{path} is damaged: {how}. Put back a copy of the data root, or leave the swarm by force and join again (a swarm of one manager is lost without this file).",
        inner);
}
