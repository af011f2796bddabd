using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Nerdbank.MessagePack;
using Newtonsoft.Json;
using SwarmPS.Api;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Persistence;

/// <summary>
/// A swarm's whole state in one sealed file: "SWPSBK1\n", the length of the head (4 bytes), the head (JSON, readable, bound to the
/// rest), and all objects under AES-256-GCM by a key of the file's own, which the head has sealed under a passphrase or enveloped
/// for a certificate.
/// </summary>
internal static class BackupFile
{
    /// <summary>Bytes a backup may have: 256 MiB.</summary>
    public const int BytesMax = 256 << 20;

    private const int HeadBytesMax = 1 << 20;
    private const int LengthBytes = sizeof(int);
    private static readonly byte[] Magic = "SWPSBK1\n"u8.ToArray();

    /// <summary>Seals all of a state.</summary>
    /// <param name="state">The state, which has a swarm.</param>
    /// <param name="nodeId">The manager whose place a restored one takes.</param>
    /// <param name="envelope">Who can open it.</param>
    /// <param name="now">When this is.</param>
    public static byte[] Seal(Snapshot state, string nodeId, IBackupEnvelope envelope, Timestamp now)
    {
        var fileKey = RandomNumberGenerator.GetBytes(SealingKey.KeyBytes);
        using var key = new SealingKey(0, fileKey);
        var head = new BackupHead
        {
            SwarmId = state.Swarm!.Id,
            NodeId = nodeId,
            CreatedAt = now,
            Version = state.Version,
            Objects = state.Count,
            Key = envelope.Close(fileKey),
        };
        var headBytes = Encoding.UTF8.GetBytes(ApiJson.Write(head));
        var plain = StoreEncoding.Write(new StoreProposal(state.Version, [new(default, now, [.. state.AllObjects().Select(StoreChange.Put)])]));
        var bodyAt = Magic.Length + LengthBytes + headBytes.Length;
        var file = new byte[bodyAt + plain.Length + SealingKey.Overhead];
        Magic.CopyTo(file, 0);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(Magic.Length), headBytes.Length);
        headBytes.CopyTo(file, Magic.Length + LengthBytes);
        key.Seal(plain, SHA256.HashData(headBytes), file.AsSpan(bodyAt));
        CryptographicOperations.ZeroMemory(plain);
        return file;
    }

    /// <summary>What a backup says of itself without being opened. Throws <see cref="SwarmException"/> where the file is none.</summary>
    public static BackupHead ReadHead(ReadOnlySpan<byte> file) => Split(file, out _, out _);

    /// <summary>Opens a backup. Throws <see cref="SwarmException"/> where it is damaged, or does not open by what was given.</summary>
    public static (BackupHead Head, IReadOnlyList<StoreObject> Objects) Open(ReadOnlySpan<byte> file, IBackupEnvelope envelope)
    {
        var head = Split(file, out var headBytes, out var body);
        var fileKey = envelope.Open(head.Key);
        if (fileKey.Length != SealingKey.KeyBytes)
            throw Damaged("its key has a wrong length");
        using var key = new SealingKey(0, fileKey);
        try
        {
            var plain = key.Open(body, SHA256.HashData(headBytes));
            var objects = StoreEncoding.Heal(StoreEncoding.ReadProposal(new(plain))).Commands.SelectMany(command => command.Changes).Select(change => change.Object!).ToList();
            CryptographicOperations.ZeroMemory(plain);
            return objects.Count == head.Objects && objects.OfType<SwarmObject>().Count() == 1
                ? (head, objects)
                : throw Damaged("objects are missing");
        }
        catch (Exception fault) when (fault is CryptographicException or MessagePackSerializationException)
        {
            throw Damaged("its content was changed or cut off", fault);
        }
    }

    private static BackupHead Split(ReadOnlySpan<byte> file, out ReadOnlySpan<byte> head, out ReadOnlySpan<byte> body)
    {
        if (!file.StartsWith(Magic))
            throw SwarmException.Invalid("This is no backup of a swarm: it does not begin as one. Name a file that Backup-Swarm has written.");
        var rest = file[Magic.Length..];
        var length = rest.Length < LengthBytes ? -1 : BinaryPrimitives.ReadInt32LittleEndian(rest);
        if (length is < 0 or > HeadBytesMax || rest.Length < LengthBytes + length + SealingKey.Overhead)
            throw Damaged("it is cut off");
        head = rest.Slice(LengthBytes, length);
        body = rest[(LengthBytes + length)..];
        try
        {
            return ApiJson.Read<BackupHead>(Encoding.UTF8.GetString(head));
        }
        catch (JsonException fault)
        {
            throw Damaged("its head cannot be read", fault);
        }
    }

    private static SwarmException Damaged(string how, Exception? fault = null) =>
        new(SwarmErrorCode.InvalidArgument, $"The backup is damaged: {how}. Nothing was changed; use another copy of it.", fault);
}

/// <summary>What a backup says of itself, for all to read.</summary>
internal sealed record BackupHead
{
    /// <summary>The swarm.</summary>
    public string SwarmId { get; init; } = "";

    /// <summary>The manager that made it; the one that is restored takes its place.</summary>
    public string NodeId { get; init; } = "";

    /// <summary>When it was made.</summary>
    public Timestamp CreatedAt { get; init; }

    /// <summary>The state's version.</summary>
    public ulong Version { get; init; }

    /// <summary>Objects in it.</summary>
    public int Objects { get; init; }

    /// <summary>The file's key, closed.</summary>
    public ClosedKey Key { get; init; } = new();
}

/// <summary>A key that only those can open who are meant to.</summary>
internal sealed record ClosedKey
{
    /// <summary>"passphrase" or "cms".</summary>
    public string Kind { get; init; } = "";

    /// <summary>Rounds of PBKDF2, for a passphrase.</summary>
    public int Iterations { get; init; }

    /// <summary>The salt, for a passphrase.</summary>
    public byte[] Salt { get; init; } = [];

    /// <summary>The sealed key, or the CMS message.</summary>
    public byte[] Bytes { get; init; } = [];
}
