using SwarmPS.Model;

namespace SwarmPS.Store;

/// <summary>One object put in place or taken away.</summary>
/// <param name="Kind">The table.</param>
/// <param name="Id">The object's id.</param>
/// <param name="Object">What stands there now, or null where the object is gone.</param>
public sealed record StoreChange(ObjectKind Kind, string Id, StoreObject? Object)
{
    /// <summary>Puts an object in place, new or not.</summary>
    public static StoreChange Put(StoreObject value) => new(value.Kind, value.Id, value);

    /// <summary>Takes an object away.</summary>
    public static StoreChange Delete(StoreObject value) => new(value.Kind, value.Id, null);
}

/// <summary>One object's change as subscribers see it.</summary>
/// <param name="Kind">The table.</param>
/// <param name="Old">What stood there; null where the object is new.</param>
/// <param name="New">What stands there; null where the object is gone.</param>
public readonly record struct ObjectChange(ObjectKind Kind, StoreObject? Old, StoreObject? New)
{
    /// <summary>The store's version with this change: the same on every manager.</summary>
    public ulong Version { get; init; }

    /// <summary>The object, new or, where it is gone, old.</summary>
    public StoreObject Object => New ?? Old!;
}

/// <summary>Names a transaction, so that one whose outcome was unknown can be proposed again and is applied once.</summary>
public readonly record struct RequestId(ulong High, ulong Low);

/// <summary>A transaction ready to be replicated: its outcome, not the code that computed it.</summary>
/// <param name="Request">Names it.</param>
/// <param name="At">When it was made.</param>
/// <param name="Changes">What it changes, in order.</param>
public sealed record StoreCommand(RequestId Request, Timestamp At, IReadOnlyList<StoreChange> Changes);

/// <summary>What one log entry holds: transactions made one after the other on the state of version <paramref name="BaseVersion"/>.</summary>
/// <param name="BaseVersion">The state they were computed on; on any other the entry is void.</param>
/// <param name="Commands">The transactions; each raises the store's version by one.</param>
public sealed record StoreProposal(ulong BaseVersion, IReadOnlyList<StoreCommand> Commands);
