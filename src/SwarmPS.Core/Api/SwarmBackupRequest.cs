namespace SwarmPS.Api;

/// <summary>What <c>POST /swarmps/backup</c> asks for: who can open the backup. One of the two is given.</summary>
public record SwarmBackupRequest
{
    /// <summary>A passphrase, of 8 characters or more.</summary>
    public string? Passphrase { get; init; }

    /// <summary>A certificate with an RSA key, PEM; to restore, with its private key after it.</summary>
    public string? Certificate { get; init; }

    /// <summary>Never the secrets: this text may end up in a log.</summary>
    public override string ToString() => $"{GetType().Name} {{ … }}";
}

/// <summary>What <c>POST /swarmps/restore</c> asks for, in a line of JSON before the backup's bytes.</summary>
public sealed record SwarmRestoreRequest : SwarmBackupRequest
{
    /// <summary>Where managers listen: <c>0.0.0.0:2377</c> where nothing is said.</summary>
    public string? ListenAddr { get; init; }

    /// <summary>Where other nodes reach this one.</summary>
    public string? AdvertiseAddr { get; init; }

    /// <summary>The address of the data plane.</summary>
    public string? DataPathAddr { get; init; }

    /// <summary>Never the secrets: this text may end up in a log.</summary>
    public override string ToString() => base.ToString();
}
