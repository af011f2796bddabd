using System.Buffers;
using System.Security.Cryptography;
using Nerdbank.MessagePack;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Consensus;

/// <summary>
/// A log entry as it is replicated: format (1 byte), kind (1 byte), and the content sealed by a data key of the keyring. Format and
/// kind are bound to the content.
/// </summary>
internal static class SealedEntry
{
    /// <summary>Bytes at an entry's start that no other entry has: the header with nonce and tag.</summary>
    public const int FingerprintBytes = HeaderBytes + SealingKey.Overhead;

    private const int HeaderBytes = 2;
    private const byte Format = 1;
    private const byte Proposal = 1;

    private static readonly byte[] Place = [.. "log"u8, Format, Proposal];

    /// <summary>Encodes and seals a proposal.</summary>
    public static byte[] Write(StoreProposal proposal, Keyring keyring)
    {
        var content = keyring.Seal(StoreEncoding.Write(proposal), Place, HeaderBytes);
        content[0] = Format;
        content[1] = Proposal;
        return content;
    }

    /// <summary>Opens and decodes a proposal. Throws <see cref="InvalidDataException"/> with the reason where that cannot be done.</summary>
    public static StoreProposal Read(ReadOnlySpan<byte> entry, Keyring keyring)
    {
        if (entry.Length < FingerprintBytes)
            throw new InvalidDataException($"it has {entry.Length} bytes where an entry has {FingerprintBytes} at the least");
        if (entry[0] != Format || entry[1] != Proposal)
            throw new InvalidDataException($"its format {entry[0]} and kind {entry[1]} are not known to this version; install the version that the other managers run");
        try
        {
            return StoreEncoding.Heal(StoreEncoding.ReadProposal(new ReadOnlySequence<byte>(keyring.Open(entry[HeaderBytes..], Place))));
        }
        catch (CryptographicException fault)
        {
            throw new InvalidDataException("it does not open: " + fault.Message.TrimEnd('.'), fault);
        }
        catch (MessagePackSerializationException fault)
        {
            throw new InvalidDataException("its content is not understood: " + fault.GetBaseException().Message.TrimEnd('.'), fault);
        }
    }
}
