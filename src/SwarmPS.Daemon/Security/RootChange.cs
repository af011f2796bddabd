using SwarmPS.Model;

namespace SwarmPS.Daemon.Security;

/// <summary>How a swarm goes over to another root: what is trusted, who signs, when it is done.</summary>
internal static class RootChange
{
    /// <summary>The roots that nodes trust now, PEM: two while the root changes.</summary>
    public static string? Trusted(SwarmObject? swarm) => swarm?.TLSInfo?.TrustRoot + swarm?.Rotation?.CertificatePem is { Length: > 0 } roots ? roots : null;

    /// <summary>Who signs now: the new root from the beginning of the change. Null where the store has no key.</summary>
    public static RootCa? Signer(SwarmObject swarm) =>
        swarm.Rotation is { } next ? RootCa.Load(next.CertificatePem, next.Key.Value) : RootCa.Of(swarm);

    /// <summary>
    /// The swarm with the spec that is asked for, and with a change of its root begun where that asks for one; one that is under way is
    /// superseded. The root that was sent along is kept only where it is needed, never in the spec. Throws <see cref="SwarmException"/>
    /// where that root cannot be one.
    /// </summary>
    public static SwarmObject Begin(SwarmObject swarm, SwarmSpec asked, TimeProvider clock)
    {
        var config = asked.CAConfig;
        var kept = swarm with { Spec = WithoutRoot(asked)! };
        var forced = (config?.ForceRotate ?? 0) > (swarm.Spec.CAConfig?.ForceRotate ?? 0);
        if (config is { SigningCACert: { Length: > 0 } certificate, SigningCAKey: { Length: > 0 } key })
        {
            using var own = LoadFit(certificate, key, clock);
            if (own.CertificatePem == swarm.Rotation?.CertificatePem)
                return kept;
            return own.CertificatePem == swarm.TLSInfo?.TrustRoot ? kept with { Rotation = null, RootRotationInProgress = false } : Begin(kept, own);
        }
        if (!forced)
            return kept;
        using var made = RootCa.Create(clock);
        return Begin(kept, made);
    }

    /// <summary>The root that an administrator brings along. Throws <see cref="SwarmException"/> where it cannot be one.</summary>
    public static RootCa LoadFit(string certificatePem, string keyPem, TimeProvider clock)
    {
        var root = RootCa.Load(certificatePem, keyPem);
        if (root.Unfit(clock) is not { } wrong)
            return root;
        root.Dispose();
        throw SwarmException.Invalid($"The certificate cannot be the swarm's root: {wrong}.");
    }

    /// <summary>A spec without the root that came with it: its key is not for showing.</summary>
    public static SwarmSpec? WithoutRoot(SwarmSpec? spec) =>
        spec?.CAConfig is { } config ? spec with { CAConfig = config with { SigningCACert = null, SigningCAKey = null } } : spec;

    /// <summary>Whether every node of the swarm has said that its certificate is the new root's.</summary>
    public static bool IsComplete(SwarmObject swarm, IEnumerable<Node> nodes)
    {
        if (swarm.Rotation is not { } next)
            return false;
        using var root = RootCa.Load(next.CertificatePem, next.Key.Value);
        var issuer = root.ToTlsInfo().CertIssuerPublicKey;
        return nodes.All(node => node.Description?.TLSInfo?.CertIssuerPublicKey == issuer);
    }

    /// <summary>The swarm with the new root alone, and with tokens that name it.</summary>
    public static SwarmObject Complete(SwarmObject swarm)
    {
        var next = swarm.Rotation!;
        using var root = RootCa.Load(next.CertificatePem, next.Key.Value);
        return swarm with
        {
            TLSInfo = root.ToTlsInfo(),
            RootKey = next.Key,
            Rotation = null,
            RootRotationInProgress = false,
            JoinTokens = new(JoinToken.Create(root.CertificatePem), JoinToken.Create(root.CertificatePem)),
        };
    }

    /// <summary>New tokens, for those asked for.</summary>
    public static JoinTokens? Tokens(SwarmObject swarm, bool worker, bool manager) => !worker && !manager
        ? swarm.JoinTokens
        : new(
            worker ? JoinToken.Create(swarm.TLSInfo!.TrustRoot!) : swarm.JoinTokens!.Worker,
            manager ? JoinToken.Create(swarm.TLSInfo!.TrustRoot!) : swarm.JoinTokens!.Manager);

    private static SwarmObject Begin(SwarmObject swarm, RootCa next)
    {
        using var present = RootCa.Of(swarm) ?? throw new SwarmException(
            SwarmErrorCode.FailedPrecondition, "The swarm does not have the key of its root certificate, so that it cannot sign another one. Make a new swarm and create its services anew.");
        return swarm with
        {
            Rotation = new(next.CertificatePem, new(next.ExportKeyPem()), present.CrossSign(next)),
            RootRotationInProgress = true,
        };
    }
}
