namespace SwarmPS.Model;

/// <summary>
/// The keys of the swarm's encrypted networks. Nodes open what is sealed with any of them, and seal with the one that
/// <see cref="Epoch"/> names: a new key is known everywhere long before it is sealed with, and an old one is opened long after.
/// </summary>
/// <param name="Keys">The keys, oldest first.</param>
/// <param name="Epoch">Which of them to seal with.</param>
/// <param name="RotatedAt">When they were last changed.</param>
public sealed record TunnelKeyRing(ValueList<TunnelSecret> Keys, uint Epoch, Timestamp RotatedAt)
{
    /// <summary>No key at all.</summary>
    public static TunnelKeyRing Empty { get; } = new([], 0, Timestamp.Zero);

    /// <summary>Tells nothing of the keys: this text may end up in a log.</summary>
    public override string ToString() => $"TunnelKeyRing {{ {Keys.Count} keys, epoch {Epoch} }}";
}

/// <summary>A key of the swarm's encrypted networks.</summary>
/// <param name="Epoch">Names the key in datagrams: 1 to 255.</param>
/// <param name="Key">Its 32 bytes; no text shows them.</param>
public sealed record TunnelSecret(uint Epoch, Payload Key);
