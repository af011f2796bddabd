using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;

namespace SwarmPS.Shell;

/// <summary>Opens the runspace in which everything runs.</summary>
internal static class Session
{
    public const string ModuleVariable = "SWARMPS_MODULE";

    public static Runspace Open(PSHost host, CommandLine line)
    {
        if (line.WorkingDirectory is { } folder)
        {
            Directory.SetCurrentDirectory(folder);
        }

        var state = InitialSessionState.CreateDefault2();
        SessionCommands.AddTo(state);
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = Enum.TryParse<ExecutionPolicy>(line.ExecutionPolicy, ignoreCase: true, out var policy) ? policy : ExecutionPolicy.RemoteSigned;
        }

        var runspace = RunspaceFactory.CreateRunspace(host, state);
        // Everything runs on the main thread; what stops it comes from others.
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        runspace.Open();
        Runspace.DefaultRunspace = runspace;
        if (!line.NoModule && FindModule() is { } module)
        {
            Import(runspace, host, module);
        }

        return runspace;
    }

    /// <summary>The module to import, or null when there is none to be found.</summary>
    private static string? FindModule()
    {
        if (Environment.GetEnvironmentVariable(ModuleVariable) is { } told)
        {
            return told.Length == 0 ? null : Path.GetFullPath(told);
        }

        var beside = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "module", "SwarmPS", "SwarmPS.psd1"));
        return File.Exists(beside) ? beside : null;
    }

    /// <summary>A module that cannot be imported is told of, and the rest goes on: a script may not need it.</summary>
    private static void Import(Runspace runspace, PSHost host, string module)
    {
        using var shell = PowerShell.Create(runspace);
        shell.AddCommand("Import-Module").AddParameter("Name", module).AddParameter("Global");
        try
        {
            shell.Invoke();
        }
        catch (RuntimeException problem)
        {
            host.UI.WriteErrorLine($"swarmps: the module {module} cannot be imported: {problem.Message}");
            return;
        }

        foreach (var problem in shell.Streams.Error)
        {
            host.UI.WriteErrorLine($"swarmps: importing {module}: {problem}");
        }
    }
}
