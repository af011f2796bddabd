using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Simulation;

/// <summary>A store without consensus: each transaction is applied at once, stamped as a real one would be.</summary>
internal sealed class SimStore
{
    private readonly List<(ulong Version, List<ObjectChange> Changes)> log = [];
    private ulong requests;

    public Snapshot State { get; private set; } = Snapshot.Empty;

    /// <summary>What was written, where it is asked for.</summary>
    public List<string>? Story { get; init; }

    public Timestamp Now { get; set; } = new(1_000_000_000_000);

    /// <summary>What was applied after one version up to another.</summary>
    public List<ObjectChange> Between(ulong after, ulong upTo) =>
        [.. log.Where(entry => entry.Version > after && entry.Version <= upTo).SelectMany(entry => entry.Changes)];

    /// <summary>Forgets what every reader has seen.</summary>
    public void Forget(ulong upTo) => log.RemoveAll(entry => entry.Version <= upTo);

    /// <summary>Applies changes as one transaction.</summary>
    public IReadOnlyList<ObjectChange> Commit(IEnumerable<StoreChange> changes)
    {
        var next = State.Version + 1;
        var stamped = changes.Select(change => change.Object is { } value
            ? StoreChange.Put(value with { Version = new(next), CreatedAt = value.CreatedAt.IsZero ? Now : value.CreatedAt, UpdatedAt = Now })
            : change).ToList();
        List<ObjectChange> seen = [];
        if (stamped.Count == 0)
            return seen;
        State = State.Apply(new(State.Version, [new(new(1, ++requests), Now, stamped)]), seen)!;
        log.Add((next, seen));
        Story?.AddRange(seen.Select(change => Simulation.Story.Line(Now, next, change)));
        return seen;
    }

    public void Put(StoreObject value) => Commit([StoreChange.Put(value)]);

    public void Delete(StoreObject value) => Commit([StoreChange.Delete(value)]);
}
