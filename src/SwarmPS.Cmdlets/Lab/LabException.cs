namespace SwarmPS.Cmdlets.Lab;

/// <summary>Something expected went wrong in a lab; the message says what to do.</summary>
/// <param name="id">The error's stable id.</param>
/// <param name="message">What happened, why, and what to do.</param>
/// <param name="inner">What lies beneath.</param>
public sealed class LabException(string id, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The error's stable id.</summary>
    public string Id { get; } = id;
}
