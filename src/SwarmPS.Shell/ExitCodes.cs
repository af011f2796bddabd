namespace SwarmPS.Shell;

/// <summary>What the process says at its end, as <c>pwsh</c> does.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>A terminating error, or a last command that failed.</summary>
    public const int Failure = 1;

    /// <summary>The command line cannot be run: an unknown option, a script that is not there.</summary>
    public const int Usage = 64;

    /// <summary>Stopped by Ctrl-C, as shells say it: 128 and the number of the signal.</summary>
    public const int Interrupted = 130;

    /// <summary>Stopped by SIGTERM.</summary>
    public const int Terminated = 143;
}
