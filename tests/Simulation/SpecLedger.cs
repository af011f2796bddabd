using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Simulation;

/// <summary>
/// What each service was asked to be, written down beside the store: so that it can be told, exactly, what a rollback has to restore.
/// </summary>
internal sealed class SpecLedger
{
    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);

    public void Created(Service service) => entries[service.Id] = new(service.Spec, null);

    public void Removed(string serviceId) => entries.Remove(serviceId);

    /// <summary>
    /// A client gave a service another spec. What was there before is what a rollback restores; but one that only scales while an update is
    /// under way or was stopped is no update of its own, so its number of replicas is that of both.
    /// </summary>
    public void Updated(Service before, ServiceSpec spec)
    {
        var under = before.UpdateStatus?.State is UpdateState.Updating or UpdateState.Paused or UpdateState.RollbackStarted or UpdateState.RollbackPaused;
        var (wanted, previous) = entries[before.Id];
        var scaled = wanted with { Mode = spec.Mode } == spec && spec.Mode?.Replicated is not null;
        entries[before.Id] = !under ? new(spec, wanted)
            : spec == wanted ? new(spec, previous)
            : scaled ? new(spec, previous is null ? null : previous with { Mode = spec.Mode })
            : new(spec, wanted);
    }

    /// <summary>A client asked for a rollback.</summary>
    public void RolledBack(Service after)
    {
        var (wanted, previous) = entries[after.Id];
        entries[after.Id] = new(previous!, wanted);
        Check(after);
    }

    /// <summary>Only a failed update may change what a service is to be without a client; then it is what it was, to the letter.</summary>
    public void Check(IEnumerable<ObjectChange> decided)
    {
        foreach (var change in decided)
        {
            if (change is not { Old: Service old, New: Service service })
                continue;
            if (old.UpdateStatus?.State == UpdateState.Updating && service.UpdateStatus?.State == UpdateState.RollbackStarted)
                entries[service.Id] = new(entries[service.Id].Previous!, null);
            Check(service);
        }
    }

    private void Check(Service service) => Simulation.Check.That(
        service.Spec == entries[service.Id].Wanted && service.PreviousSpec == entries[service.Id].Previous,
        "a service is what it was asked to be, or what it was before an update that failed",
        () => $"{service} is not {entries[service.Id]}");

    private sealed record Entry(ServiceSpec Wanted, ServiceSpec? Previous);
}
