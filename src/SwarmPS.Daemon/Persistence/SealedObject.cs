using System.Security.Cryptography;
using System.Text;
using Nerdbank.MessagePack;
using SwarmPS.Model;
using SwarmPS.Model.Validation;

namespace SwarmPS.Daemon.Persistence;

/// <summary>An object as a checkpoint holds it: sealed, and bound to its kind and id.</summary>
/// <param name="Kind">The table.</param>
/// <param name="Id">The object's id.</param>
/// <param name="Content">The object, sealed.</param>
internal readonly record struct SealedObject(ObjectKind Kind, string Id, byte[] Content)
{
    private static readonly byte[] HeaderPlace = [.. "checkpoint"u8];

    public static SealedObject Of(StoreObject value, Keyring keyring) =>
        new(value.Kind, value.Id, keyring.Seal(StoreEncoding.Write(value), Place(value.Kind, value.Id)));

    public static byte[] SealHeader(CheckpointHeader header, Keyring keyring) => keyring.Seal(header.Write(), HeaderPlace);

    public static CheckpointHeader OpenHeader(ReadOnlySpan<byte> content, Keyring keyring)
    {
        try
        {
            return CheckpointHeader.Read(keyring.Open(content, HeaderPlace));
        }
        catch (CryptographicException fault)
        {
            throw new InvalidDataException("its header does not open: " + fault.Message.TrimEnd('.'), fault);
        }
    }

    /// <summary>Opens the object. Throws <see cref="InvalidDataException"/> with the reason.</summary>
    public StoreObject Open(Keyring keyring)
    {
        try
        {
            if (!Enum.IsDefined(Kind))
                throw new InvalidDataException($"objects of the kind {(int)Kind} are not known to this version");
            return StoredReports.Heal(StoreEncoding.ReadObject(Kind, keyring.Open(Content, Place(Kind, Id))));
        }
        catch (Exception fault) when (fault is CryptographicException or MessagePackSerializationException)
        {
            throw new InvalidDataException($"{Kind} {Id} does not open: {fault.GetBaseException().Message.TrimEnd('.')}", fault);
        }
    }

    private static byte[] Place(ObjectKind kind, string id) => [.. "state"u8, (byte)kind, .. Encoding.UTF8.GetBytes(id)];
}
