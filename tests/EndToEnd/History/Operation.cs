namespace SwarmPS.EndToEnd.History;

/// <summary>What a client asked of one register, and what it was told.</summary>
/// <param name="Key">The register.</param>
/// <param name="Written">The value written; null for a read.</param>
/// <param name="Read">The value read; null for a write.</param>
/// <param name="Called">When it was asked.</param>
/// <param name="Returned">When it was told; <see cref="long.MaxValue"/> where that is not known, for it may take effect at any time later.</param>
internal sealed record Operation(string Key, string? Written, string? Read, long Called, long Returned)
{
    /// <summary>The node that was asked.</summary>
    public string Node { get; init; } = "";

    /// <summary>Whether the client knows that it took effect.</summary>
    public bool IsAcknowledged => Returned != long.MaxValue;
}
