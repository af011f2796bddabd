using System.Management.Automation;
using System.Reflection;

namespace SwarmPS.Shell;

/// <summary>What -Help and -Version print.</summary>
internal static class Usage
{
    public static readonly string Release =
        typeof(Usage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static string Version =>
        $"swarmps {Release} (PowerShell {typeof(PSObject).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split(' ')[0]})";

    public const string Help = """
        swarmps: PowerShell's language with the SwarmPS cmdlets, for machines without pwsh

        usage: swarmps                                a prompt; or the commands of a redirected input
               swarmps [-File] SCRIPT.ps1 [ARGUMENTS] a script; -Name value, -Switch, -Name:value or in order
               swarmps -Command TEXT                  the rest of the line as a command; - reads the standard input
               swarmps -Version | -Help

          -NoExit                   stay at the prompt afterwards
          -NonInteractive           a question is an error
          -NoModule                 do not import the SwarmPS module
          -NoLogo                   a prompt without greeting
          -WorkingDirectory PATH    start there
          -NoProfile, -ExecutionPolicy and other options of pwsh are accepted.

        exit codes: N of exit N; 1 after a terminating error or, with -Command, when the last command failed;
                    64 when the command line cannot be run; 130 after Ctrl-C, 143 after SIGTERM
        environment: SWARMPS_MODULE  path of the module to import, empty for none; else ../module/SwarmPS
                                     beside the folder of swarmps
                     NO_COLOR        plain text
        """;
}
