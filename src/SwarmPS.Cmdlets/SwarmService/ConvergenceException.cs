namespace SwarmPS.Cmdlets;

/// <summary>A service did not become what was wanted; the message has the tasks' own errors.</summary>
public sealed class ConvergenceException(string message) : Exception(message);
