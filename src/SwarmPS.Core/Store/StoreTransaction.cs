using SwarmPS.Model;

namespace SwarmPS.Store;

/// <summary>
/// A change of the store in the making. It sees its own changes. It belongs to one caller and is over when the caller's function returns.
/// </summary>
public sealed class StoreTransaction
{
    private readonly Snapshot start;
    private readonly Timestamp now;
    private readonly List<StoreChange> changes = [];
    private readonly List<ObjectChange> seen = [];
    private Snapshot view;
    private int viewed;

    internal StoreTransaction(Snapshot start, Timestamp now, IReadOnlyList<ObjectChange> preceding)
    {
        this.start = start;
        this.now = now;
        view = start;
        Preceding = preceding;
    }

    /// <summary>What earlier transactions of the same log entry changed: seen by this one already, told to subscribers only later.</summary>
    public IReadOnlyList<ObjectChange> Preceding { get; }

    /// <summary>When the transaction is made; new objects carry it.</summary>
    public Timestamp Now => now;

    /// <summary>The version the store will have when this is committed: what changed objects carry.</summary>
    public ulong NextVersion => start.Version + 1;

    /// <summary>The state with this transaction's changes.</summary>
    public Snapshot View
    {
        get
        {
            if (viewed < changes.Count)
            {
                view = view.With(viewed == 0 ? changes : changes.GetRange(viewed, changes.Count - viewed), seen);
                viewed = changes.Count;
            }
            return view;
        }
    }

    /// <summary>What has been changed so far.</summary>
    internal IReadOnlyList<StoreChange> Changes => changes;

    /// <summary>The same as subscribers see it, up to the last look at <see cref="View"/>.</summary>
    internal IReadOnlyList<ObjectChange> Seen => seen;

    /// <summary>Puts an object in place, new or not, and gives it back with its version and times.</summary>
    public T Put<T>(T value) where T : StoreObject
    {
        var stamped = (T)Stamp(value);
        changes.Add(StoreChange.Put(stamped));
        return stamped;
    }

    /// <summary>Takes an object away.</summary>
    public void Delete(StoreObject value) => changes.Add(StoreChange.Delete(value));

    /// <summary>Makes changes that a decider planned.</summary>
    public void Apply(IEnumerable<StoreChange> planned)
    {
        foreach (var change in planned)
            changes.Add(change.Object is null ? change : change with { Object = Stamp(change.Object) });
    }

    private StoreObject Stamp(StoreObject value) => value with
    {
        Version = new(NextVersion),
        CreatedAt = value.CreatedAt.IsZero ? now : value.CreatedAt,
        UpdatedAt = now,
    };
}
