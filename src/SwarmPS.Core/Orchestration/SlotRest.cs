namespace SwarmPS.Orchestration;

/// <summary>Why plans need not look at a slot until something happens to it.</summary>
internal enum SlotRest
{
    /// <summary>They have to look.</summary>
    None,

    /// <summary>It is filled as its service wants it.</summary>
    Kept,

    /// <summary>It is filled, and waits for its turn in an update.</summary>
    Outdated,

    /// <summary>A job's work in it has ended.</summary>
    Done,

    /// <summary>It is not to be filled, or not now.</summary>
    Idle,

    /// <summary>There is nothing left of it.</summary>
    Forgotten,
}
