using System.Management.Automation;

namespace SwarmPS.Cmdlets.Pipeline;

/// <summary>Something expected went wrong on this side, or while waiting; the message says what to do.</summary>
/// <param name="id">The error's stable id.</param>
/// <param name="category">PowerShell's category.</param>
/// <param name="message">What happened, why, and what to do.</param>
/// <param name="inner">What lies beneath.</param>
public sealed class SwarmFailureException(string id, ErrorCategory category, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The error's stable id.</summary>
    public string Id { get; } = id;

    /// <summary>PowerShell's category.</summary>
    public ErrorCategory Category { get; } = category;

    /// <summary>What is missing, where it is not yet known what may have been meant.</summary>
    internal Missing? Missing { get; init; }
}
