namespace SwarmPS.Simulation.Membership;

/// <summary>Rules of the product that a test switches off, to prove that the simulation notices. All are off by default.</summary>
internal sealed record MembershipMutations
{
    /// <summary>A manager judges its peers by its store, however old that is.</summary>
    public bool JudgesByStaleStore { get; init; }

    /// <summary>A demoted leader removes itself instead of handing over.</summary>
    public bool LeaderRemovesItself { get; init; }

    /// <summary>The node becomes a worker before its removal is committed.</summary>
    public bool WorkerBeforeRemoval { get; init; }

    /// <summary>A manager whose join has an unknown outcome deletes its log and starts again.</summary>
    public bool DeletesLogAfterJoin { get; init; }

    /// <summary>A leader answers who is a member without confirming that it still leads.</summary>
    public bool AnswersWithoutBarrier { get; init; }

    /// <summary>A newcomer knows no members until it has applied a configuration.</summary>
    public bool NewcomerKnowsNoMembers { get; init; }

    /// <summary>An addition does not wait for an earlier change whose caller gave up.</summary>
    public bool AddsWithoutBarrier { get; init; }

    /// <summary>A restarted newcomer does not take the seat that its own file of members names.</summary>
    public bool ForgetsSeat { get; init; }

    /// <summary>A leader's answer that it is a member clears a newcomer's mark, before the newcomer has applied the configuration that names it.</summary>
    public bool BelievesAnswerBeforeLog { get; init; }

    /// <summary>A new leader judges its peers by its store before it has applied what came before its term.</summary>
    public bool NewLeaderIsCurrent { get; init; }

    /// <summary>A manager starts with the members of its file, and only then takes or gives up its own seat.</summary>
    public bool StartsByTheFile { get; init; }

    /// <summary>A barrier asks the members that the library knows, before the library was told of the configuration applied last.</summary>
    public bool AsksOldMembers { get; init; }

    /// <summary>A part ends by a change of the certificate that it sees, not by what the certificate says.</summary>
    public bool FollowsRoleByEdge { get; init; }

    /// <summary>A manager that follows does not keep the managers that its store names.</summary>
    public bool OnlyLeaderLearnsManagers { get; init; }

    /// <summary>A manager that starts as the only member leads in the term of its log, in which another one may have led.</summary>
    public bool LeadsAloneInOldTerm { get; init; }
}
