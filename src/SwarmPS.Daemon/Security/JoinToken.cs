using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using SwarmPS.Notation;

namespace SwarmPS.Daemon.Security;

/// <summary>
/// The text a node joins with: <c>SWMTKN-1-DIGEST-SECRET</c>. The digest names the root to trust before anything is sent; the
/// secret tells the swarm which role is asked for.
/// </summary>
public static class JoinToken
{
    private const string Prefix = "SWMTKN-1-";
    private const int DigestDigits = 50;
    private const int SecretBytes = 16;

    /// <summary>A new token for a swarm whose root is <paramref name="rootPem"/>.</summary>
    public static string Create(string rootPem) =>
        Prefix + Digest(rootPem) + "-" + ObjectIds.Format(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>Whether two tokens are the same, in a time that does not tell where they differ.</summary>
    public static bool AreEqual(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(one)), SHA256.HashData(Encoding.UTF8.GetBytes(other)));

    /// <summary>Whether a root is the one that a token names. Throws <see cref="FormatException"/> where the text is no token.</summary>
    public static bool Names(string token, string rootPem) => DigestOf(token) == Digest(rootPem);

    /// <summary>Throws <see cref="FormatException"/> where the text is no token.</summary>
    public static void Check(string token) => DigestOf(token);

    private static string DigestOf(string token)
    {
        var parts = token.StartsWith(Prefix, StringComparison.Ordinal) ? token[Prefix.Length..].Split('-') : [];
        if (parts is [{ Length: DigestDigits } digest, { Length: ObjectIds.Length } secret] && (digest + secret).All(char.IsAsciiLetterOrDigit))
            return digest;
        throw new FormatException("That is not a join token. Copy the whole of it, as Get-SwarmJoinToken or 'docker swarm join-token' shows it: SWMTKN-1-…-….");
    }

    /// <summary>SHA-256 of the root certificate's PEM, in base 36.</summary>
    private static string Digest(string rootPem)
    {
        var number = new BigInteger(SHA256.HashData(Encoding.ASCII.GetBytes(rootPem)), isUnsigned: true, isBigEndian: true);
        var digits = new StringBuilder(DigestDigits);
        for (; !number.IsZero; number /= 36)
            digits.Insert(0, "0123456789abcdefghijklmnopqrstuvwxyz"[(int)(number % 36)]);
        return digits.ToString().PadLeft(DigestDigits, '0');
    }
}
