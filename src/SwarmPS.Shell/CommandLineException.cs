namespace SwarmPS.Shell;

/// <summary>The command line cannot be run as it is.</summary>
internal sealed class CommandLineException(string message) : Exception(message)
{
    public int Code => ExitCodes.Usage;
}
