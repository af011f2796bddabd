namespace SwarmPS.Store;

/// <summary>
/// The entry came after one that changed the state it was computed on, so it changed nothing. The writer computes it anew.
/// </summary>
public sealed class VoidProposalException() : Exception("The state had changed before this entry was applied, so it changed nothing.");
