namespace SwarmPS.Cmdlets;

/// <summary>A daemon on this machine.</summary>
public sealed record SwarmDaemonView
{
    /// <summary>Its process.</summary>
    public int ProcessId { get; init; }

    /// <summary>Where it answers.</summary>
    public string Address { get; init; } = "";

    /// <summary>Where it keeps its state.</summary>
    public string DataRoot { get; init; } = "";

    /// <summary>The file it logs to.</summary>
    public string LogFile { get; init; } = "";
}
