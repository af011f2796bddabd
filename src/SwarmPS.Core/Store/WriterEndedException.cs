namespace SwarmPS.Store;

/// <summary>The cause of a refusal: this manager stopped writing before the transaction was written, or while it was.</summary>
public sealed class WriterEndedException(Exception? cause = null) : Exception("This manager stopped leading.", cause);
