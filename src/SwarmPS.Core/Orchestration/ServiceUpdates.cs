using SwarmPS.Model;

namespace SwarmPS.Orchestration;

/// <summary>What a service becomes when a client creates, updates or rolls it back. The orchestrator then replaces its tasks.</summary>
public static class ServiceUpdates
{
    /// <summary>A new service.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="spec">What is wanted.</param>
    /// <param name="nextVersion">The version the store will have.</param>
    /// <param name="now">When this is asked for.</param>
    public static Service Create(string id, ServiceSpec spec, ulong nextVersion, Timestamp now) =>
        new() { Id = id, Spec = spec, SpecVersion = nextVersion, JobStatus = Jobs.IsJob(spec) ? new(new(0), now) : null };

    /// <summary>
    /// A service with another spec. The spec before is kept to go back to, and an update that was under way ends; the new spec
    /// version asks for new tasks, or of a job for another run, only where their containers would differ. What only changes the number of replicas while an
    /// update is under way leaves the update be, also as to what it goes back to; and the same spec again takes up an update that
    /// was paused.
    /// </summary>
    /// <param name="service">The service as it is.</param>
    /// <param name="spec">What is wanted now.</param>
    /// <param name="nextVersion">The version the store will have.</param>
    /// <param name="now">When this is asked for.</param>
    public static Service Apply(Service service, ServiceSpec spec, ulong nextVersion, Timestamp now)
    {
        if (service.UpdateStatus?.State is UpdateState.Updating or UpdateState.Paused or UpdateState.RollbackStarted or UpdateState.RollbackPaused)
        {
            if (spec == service.Spec)
                return Resume(service, now);
            if (IsScale(service.Spec, spec))
                return service with { Spec = spec, PreviousSpec = service.PreviousSpec is { } previous ? previous with { Mode = spec.Mode } : null };
        }
        return To(service, spec, nextVersion, now) with { PreviousSpec = service.Spec, UpdateStatus = null };
    }

    /// <summary>The service with its update under way again where it was paused. What failed before is held against it no more.</summary>
    /// <param name="service">The service as it is.</param>
    /// <param name="now">When this is asked for.</param>
    public static Service Resume(Service service, Timestamp now) => service.UpdateStatus?.State switch
    {
        UpdateState.Paused => service with { UpdateStatus = new() { State = UpdateState.Updating, StartedAt = now, Message = "update in progress" } },
        UpdateState.RollbackPaused => service with { UpdateStatus = new() { State = UpdateState.RollbackStarted, StartedAt = now, Message = "rollback in progress" } },
        _ => service,
    };

    /// <summary>The service with its update paused where one is under way: no further tasks are replaced until it is resumed.</summary>
    /// <param name="service">The service as it is.</param>
    public static Service Pause(Service service) => service.UpdateStatus switch
    {
        { State: UpdateState.Updating } status => service with { UpdateStatus = status with { State = UpdateState.Paused, Message = "update paused on request" } },
        { State: UpdateState.RollbackStarted } status => service with { UpdateStatus = status with { State = UpdateState.RollbackPaused, Message = "rollback paused on request" } },
        _ => service,
    };

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
        return To(service, previous, nextVersion, now) with
        {
            PreviousSpec = service.Spec,
            UpdateStatus = Jobs.IsJob(previous) ? null : new() { State = UpdateState.RollbackStarted, StartedAt = now, Message = "manually requested rollback" },
        };
    }

    /// <summary>The service going back because its update failed; there is no way back from there.</summary>
    internal static Service RollBackFailedUpdate(Service service, ulong nextVersion, Timestamp now, string message) =>
        To(service, service.PreviousSpec!, nextVersion, now) with
        {
            PreviousSpec = null,
            UpdateStatus = service.UpdateStatus! with { State = UpdateState.RollbackStarted, Message = message },
        };

    private static bool IsScale(ServiceSpec before, ServiceSpec after) =>
        before.Mode is { Replicated: not null } && after.Mode is { Replicated: not null } && before with { Mode = after.Mode } == after;

    private static Service To(Service service, ServiceSpec spec, ulong nextVersion, Timestamp now)
    {
        var anew = TaskTemplates.AsksForNewTasks(service.Spec, spec);
        var run = Jobs.IsJob(spec) && (anew || service.Spec.Mode != spec.Mode);
        return service with
        {
            Spec = spec,
            SpecVersion = anew || run ? nextVersion : service.SpecVersion,
            JobStatus = run ? new(new((service.JobStatus?.JobIteration.Index ?? 0) + 1), now) : service.JobStatus,
        };
    }
}
