namespace SwarmPS.Store;

/// <summary>The request was applied before: an earlier try of it had succeeded, though its caller did not hear of it.</summary>
public sealed class AppliedBeforeException() : Exception("The request was applied before.");
