using SwarmPS.Notation;

namespace SwarmPS.Model.Validation;

/// <summary>What holds for a swarm.</summary>
internal static class SwarmRules
{
    private static readonly TimeSpan CertExpiryMin = TimeSpan.FromHours(1);

    public static void Check(SwarmSpec spec, SpecProblems problems)
    {
        problems.AddUnless(spec.Name is null or "" or "default", "Name", "swarm spec must be named \"default\"");
        problems.Labels(spec.Labels, "Labels");
        problems.AddUnless(
            spec.Dispatcher?.HeartbeatPeriod is null || spec.Dispatcher.HeartbeatPeriod >= TimeSpan.Zero,
            "Dispatcher.HeartbeatPeriod", "heartbeat time period cannot be a negative duration");
        var expiry = spec.CAConfig?.NodeCertExpiry;
        problems.AddUnless(expiry is null || expiry == TimeSpan.Zero || expiry >= CertExpiryMin, "CAConfig.NodeCertExpiry", "minimum certificate expiry time is: 1h0m0s");
        if (Admission.Of(spec).Except(Admission.Words).FirstOrDefault() is { } word)
            problems.Add($"Labels[{Admission.Label}]", $"'{word}' is nothing that can be admitted: known are {string.Join(", ", Admission.Words)}");
        problems.AddUnless(
            spec.Labels?.Find(RebalanceBudget.Label) is not { } budget || RebalanceBudget.TryParse(budget, out _),
            $"Labels[{RebalanceBudget.Label}]", "it is the number of tasks that are moved at a time, as 2; 0, or no such label, moves none");
        problems.AddUnless(
            string.IsNullOrEmpty(spec.CAConfig?.SigningCACert) == string.IsNullOrEmpty(spec.CAConfig?.SigningCAKey),
            "CAConfig.SigningCACert", "the root certificate and its key go together: managers sign with the key");
        CheckUnsupported(spec, problems);
    }

    private static void CheckUnsupported(SwarmSpec spec, SpecProblems problems)
    {
        if (spec.CAConfig?.ExternalCAs is { Count: > 0 })
        {
            problems.Unsupported(
                "CAConfig.ExternalCAs",
                "external certificate authorities (cfssl) are not supported: managers sign by themselves; give them your own root with its key instead (docker swarm ca --rotate --ca-cert FILE --ca-key FILE)");
        }
    }
}
