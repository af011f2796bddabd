using System.Security.Cryptography;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Security;

/// <summary>The text that a locked manager is unlocked with, as Docker's: <c>SWMKEY-1-</c> and 32 bytes in base 64.</summary>
internal static class UnlockKey
{
    private const string Prefix = "SWMKEY-1-";
    private const int KeyBytes = 32;

    /// <summary>A new key.</summary>
    public static SecretText Create() => new(Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)).TrimEnd('='));

    /// <summary>The key that a swarm's spec asks for: none, the present one, or a new one.</summary>
    public static SecretText? For(SwarmSpec spec, SecretText? present, bool rotate) =>
        spec.EncryptionConfig?.AutoLockManagers != true ? null : rotate || present is null ? Create() : present;

    /// <summary>What seals the keyring by it. Throws <see cref="SwarmException"/> (InvalidArgument) where the text is none.</summary>
    public static KeyEncryptionKey Seals(string text)
    {
        var digits = text.Trim() is { } key && key.StartsWith(Prefix, StringComparison.Ordinal) ? key[Prefix.Length..] : "";
        var bytes = new byte[KeyBytes];
        if (digits.Length == 43 && Convert.TryFromBase64String(digits + "=", bytes, out var length) && length == KeyBytes)
            return KeyEncryptionKey.FromUnlockKey(bytes);
        throw SwarmException.Invalid("invalid unlock key: copy the whole of it, as Get-SwarmUnlockKey or 'docker swarm unlock-key' shows it on a manager that is unlocked: SWMKEY-1-…");
    }
}
