using SwarmPS.Model;

namespace SwarmPS.Orchestration;

/// <summary>What a service becomes when a client creates, updates or rolls it back. The orchestrator then replaces its tasks.</summary>
public static class ServiceUpdates
{
    /// <summary>A new service.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="spec">What is wanted.</param>
    /// <param name="nextVersion">The version the store will have.</param>
    public static Service Create(string id, ServiceSpec spec, ulong nextVersion) => new() { Id = id, Spec = spec, SpecVersion = nextVersion };

    /// <summary>
    /// A service with another spec. The spec before is kept to go back to, and an update that was under way ends; the new spec
    /// version asks for new tasks only where their containers would differ.
    /// </summary>
    /// <param name="service">The service as it is.</param>
    /// <param name="spec">What is wanted now.</param>
    /// <param name="nextVersion">The version the store will have.</param>
    public static Service Apply(Service service, ServiceSpec spec, ulong nextVersion) =>
        To(service, spec, nextVersion) with { PreviousSpec = service.Spec, UpdateStatus = null };

    /// <summary>The service with its previous spec; a second rollback undoes the first. Throws where there is no previous spec.</summary>
    /// <param name="service">The service as it is.</param>
    /// <param name="nextVersion">The version the store will have.</param>
    /// <param name="now">When this is asked for.</param>
    public static Service Rollback(Service service, ulong nextVersion, Timestamp now)
    {
        if (service.PreviousSpec is not { } previous)
        {
            throw new SwarmException(
                SwarmErrorCode.FailedPrecondition,
                $"service {service.Spec.Name} does not have a previous spec: it was never updated, or was rolled back already. Update it instead.");
        }
        return To(service, previous, nextVersion) with
        {
            PreviousSpec = service.Spec,
            UpdateStatus = new() { State = UpdateState.RollbackStarted, StartedAt = now, Message = "manually requested rollback" },
        };
    }

    /// <summary>The service going back because its update failed; there is no way back from there.</summary>
    internal static Service RollBackFailedUpdate(Service service, ulong nextVersion, string message) =>
        To(service, service.PreviousSpec!, nextVersion) with
        {
            PreviousSpec = null,
            UpdateStatus = service.UpdateStatus! with { State = UpdateState.RollbackStarted, Message = message },
        };

    private static Service To(Service service, ServiceSpec spec, ulong nextVersion) => service with
    {
        Spec = spec,
        SpecVersion = TaskTemplates.AsksForNewTasks(service.Spec, spec) ? nextVersion : service.SpecVersion,
    };
}
