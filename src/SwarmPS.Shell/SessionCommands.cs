using System.Management.Automation.Runspaces;

namespace SwarmPS.Shell;

/// <summary>The few commands without which a prompt is none, and which PowerShell keeps in modules of its own.</summary>
internal static class SessionCommands
{
    public static void AddTo(InitialSessionState state)
    {
        // PowerShell's engine itself calls Out-String to hand text to programs.
        state.Commands.Add(new SessionStateCmdletEntry("Out-String", typeof(OutStringCommand), helpFileName: null));
        state.Commands.Add(new SessionStateFunctionEntry("Set-Location", """
            [CmdletBinding()]
            param([Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)] [Alias('FullName')] [string] $Path = '~')
            process {
                try { $null = $ExecutionContext.SessionState.Path.SetLocation($Path) }
                catch { $PSCmdlet.WriteError(($_.Exception.InnerException ?? $_.Exception).ErrorRecord) }
            }
            """));
        state.Commands.Add(new SessionStateFunctionEntry("Get-Location", """
            [CmdletBinding()]
            param()
            $ExecutionContext.SessionState.Path.CurrentLocation
            """));
        // PowerShell's own function pages what Get-Help gives, with cmdlets that are not here.
        state.Commands.Remove("help", typeof(SessionStateFunctionEntry));
        state.Commands.Add(new SessionStateAliasEntry("help", "Get-Help"));
    }
}
