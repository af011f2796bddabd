using SwarmPS.Model;

namespace SwarmPS.Cmdlets;

/// <summary>Another number of replicas.</summary>
internal static class Scaling
{
    /// <summary>The mode with a number of replicas. Throws where the service has none.</summary>
    public static ServiceMode To(ServiceSpec spec, ulong replicas) => spec.Mode switch
    {
        null or { Replicated: not null } => new() { Replicated = new(replicas) },
        _ => throw new ArgumentException($"Service {spec.Name} is not replicated, so it has no number of replicas: a global service has one task on each node that fits."),
    };
}
