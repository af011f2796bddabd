namespace SwarmPS.Cmdlets.SwarmUnlockKey;

/// <summary>The key that locked managers ask for.</summary>
public sealed record SwarmUnlockKeyInfo
{
    internal SwarmUnlockKeyInfo(string unlockKey) => UnlockKey = unlockKey;

    /// <summary>The key: <c>SWMKEY-1-…</c>. Treat it as a secret, and keep a copy outside of the swarm.</summary>
    public string UnlockKey { get; }

    /// <summary>Never the key: this text may end up in a log.</summary>
    public override string ToString() => "Unlock key";
}
