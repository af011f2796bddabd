namespace SwarmPS.EndToEnd.Membership;

/// <summary>One change of who is a member of the swarm, or of which daemon runs.</summary>
internal enum MembershipStep
{
    /// <summary>A worker becomes a manager.</summary>
    Promote,

    /// <summary>A worker is promoted, and demoted at once.</summary>
    PromoteAndDemote,

    /// <summary>A manager becomes a worker.</summary>
    Demote,

    /// <summary>A manager is demoted, and promoted at once.</summary>
    DemoteAndPromote,

    /// <summary>A demotion that the swarm has to refuse.</summary>
    RefusedDemotion,

    /// <summary>A node leaves, and its entry is removed.</summary>
    Leave,

    /// <summary>A node from outside joins by the workers' token.</summary>
    JoinAsWorker,

    /// <summary>A node from outside joins by the managers' token.</summary>
    JoinAsManager,

    /// <summary>A node whose daemon was killed is removed by force; it starts and leaves.</summary>
    Remove,

    /// <summary>A daemon is killed.</summary>
    Kill,

    /// <summary>A daemon is killed and starts again at once.</summary>
    Crash,

    /// <summary>A killed daemon starts.</summary>
    Start,
}
