using System.Security.Cryptography;

namespace SwarmPS.Model;

/// <summary>The bytes of a secret or a config. They compare by content, and no text of theirs shows them.</summary>
/// <param name="Bytes">The bytes; not to be changed.</param>
public sealed record Payload(byte[] Bytes)
{
    /// <summary>Never the bytes: this text may end up in a log.</summary>
    public override string ToString() => $"Payload {{ {Bytes.Length} bytes }}";

    /// <summary>Compares in a time that tells nothing of where two payloads differ.</summary>
    public bool Equals(Payload? other) => other is not null && CryptographicOperations.FixedTimeEquals(Bytes, other.Bytes);

    /// <inheritdoc/>
    public override int GetHashCode() => Bytes.Length;
}
