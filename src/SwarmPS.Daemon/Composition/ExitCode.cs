namespace SwarmPS.Daemon.Composition;

/// <summary>What the daemon's exit codes mean.</summary>
internal static class ExitCode
{
    /// <summary>Stopped because it was asked to.</summary>
    public const int Stopped = 0;

    /// <summary>Told something that cannot work; one line says what to change.</summary>
    public const int Configuration = 1;

    /// <summary>Refuses to run on locked or damaged data; the message says what to do.</summary>
    public const int Data = 2;

    /// <summary>Something is wrong with the daemon itself.</summary>
    public const int Internal = 3;
}
