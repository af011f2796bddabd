namespace SwarmPS.Daemon.Consensus;

/// <summary>Marks an error as that of damaged or missing files: within a <see cref="Model.SwarmException"/>, which says what to do.</summary>
internal sealed class DamagedFilesException(string message, Exception? cause) : Exception(message, cause);
