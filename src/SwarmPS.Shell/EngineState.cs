using System.Management.Automation.Runspaces;
using System.Reflection;

namespace SwarmPS.Shell;

/// <summary>
/// The one thing of PowerShell's engine that a host like <c>pwsh</c> needs and that has no public way: that the
/// <c>exit</c> of a script run by -File ends the process with its code. The engine's version is pinned, and a
/// test of exit codes tells when a new one has it elsewhere.
/// </summary>
internal static class EngineState
{
    private const BindingFlags Internal = BindingFlags.Instance | BindingFlags.NonPublic;

    /// <summary>Lets <c>exit</c> in the next script that is run reach the host.</summary>
    public static void LetExitPass(Runspace runspace)
    {
        var context = typeof(Runspace).GetProperty("ExecutionContext", Internal)?.GetValue(runspace)
            ?? throw Changed("Runspace.ExecutionContext");
        var flag = context.GetType().GetProperty("ScriptCommandProcessorShouldRethrowExit", Internal)
            ?? throw Changed("ScriptCommandProcessorShouldRethrowExit");
        flag.SetValue(context, true);
    }

    private static MissingMemberException Changed(string member) =>
        new($"This version of PowerShell's engine has no {member}. Use the version that swarmps was built with.");
}
