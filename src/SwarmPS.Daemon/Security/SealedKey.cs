using System.Security.Cryptography;
using System.Text;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Security;

/// <summary>Seals a node's private key by the keyring. The label of the PEM text says whether the key is sealed.</summary>
internal static class SealedKey
{
    /// <summary>The label of a key that is sealed.</summary>
    public const string Label = "SEALED PRIVATE KEY";

    private const string Header = $"-----BEGIN {Label}-----";

    private static ReadOnlySpan<byte> Place => "node key"u8;

    /// <summary>Whether the text is that of a sealed key.</summary>
    public static bool Is(string keyPem) => keyPem.StartsWith(Header, StringComparison.Ordinal);

    /// <summary>Seals a key by the newest data key.</summary>
    public static string Seal(string keyPem, Keyring keyring)
    {
        var plain = Encoding.ASCII.GetBytes(keyPem);
        var text = PemEncoding.WriteString(Label, keyring.Seal(plain, Place)) + "\n";
        CryptographicOperations.ZeroMemory(plain);
        return text;
    }

    /// <summary>
    /// Opens a sealed key. Throws <see cref="SwarmException"/> (FailedPrecondition) where there is no keyring, or not the one that sealed it.
    /// </summary>
    public static string Open(string keyPem, Keyring? keyring)
    {
        if (keyring is null)
        {
            throw new SwarmException(
                SwarmErrorCode.FailedPrecondition,
                "The node's private key is sealed by a manager's keyring, which is missing. Leave the swarm by force and join again.");
        }
        try
        {
            var sealedKey = keyPem[PemEncoding.Find(keyPem).Base64Data];
            return Encoding.ASCII.GetString(keyring.Open(Convert.FromBase64String(sealedKey), Place));
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException or ArgumentException)
        {
            throw new SwarmException(
                SwarmErrorCode.FailedPrecondition,
                $"The node's private key cannot be opened: {fault.Message} Put back a copy of the data root, or leave the swarm by force and join again.",
                fault);
        }
    }
}
