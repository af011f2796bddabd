using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace SwarmPS.Cmdlets.Tests;

/// <summary>A PowerShell session with the module, as a user has it.</summary>
internal sealed class Prompt : IDisposable
{
    public static readonly string Module = Path.Combine(AppContext.BaseDirectory, "SwarmPS.psd1");

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public Prompt(FakeDaemon? daemon = null, ScreenHost? screen = null)
    {
        var state = InitialSessionState.CreateDefault2();
        state.ThreadOptions = PSThreadOptions.UseNewThread;
        Runspace = screen is null ? RunspaceFactory.CreateRunspace(state) : RunspaceFactory.CreateRunspace(screen, state);
        Runspace.Open();
        Run($"Import-Module '{Module}'").Clean();
        if (daemon is not null)
            Run($"Connect-Swarm -Socket '{daemon.Socket}'").Clean();
    }

    public Runspace Runspace { get; }

    /// <summary>Runs a script to its end.</summary>
    public Outcome Run(string script, params object[] input)
    {
        using var shell = Begin(script);
        var output = new PSDataCollection<PSObject>();
        Exception? thrown = null;
        var running = input.Length == 0
            ? shell.BeginInvoke<PSObject, PSObject>(null, output)
            : shell.BeginInvoke(new PSDataCollection<object>(input), output);
        if (!running.AsyncWaitHandle.WaitOne(Deadline))
        {
            shell.Stop();
            throw new TimeoutException($"This did not end within {Deadline}: {script}");
        }
        try
        {
            shell.EndInvoke(running);
        }
        catch (RuntimeException fault)
        {
            thrown = fault;
        }
        return new(
            [.. output], [.. shell.Streams.Error], [.. shell.Streams.Progress], [.. shell.Streams.Warning.Select(warning => warning.Message)],
            [.. shell.Streams.Verbose.Select(line => line.Message)], thrown as RuntimeException);
    }

    /// <summary>A script that the caller starts and stops.</summary>
    public PowerShell Begin(string script)
    {
        var shell = PowerShell.Create();
        shell.Runspace = Runspace;
        return shell.AddScript(script);
    }

    public void Dispose() => Runspace.Dispose();
}

/// <summary>What came of a script.</summary>
internal sealed record Outcome(
    IReadOnlyList<PSObject> Output, IReadOnlyList<ErrorRecord> Errors, IReadOnlyList<ProgressRecord> Progress, IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Verbose, RuntimeException? Thrown)
{
    /// <summary>The objects of a script that had no errors.</summary>
    public IReadOnlyList<PSObject> Clean()
    {
        Assert.True(Thrown is null && Errors.Count == 0, $"{Thrown?.ErrorRecord}{string.Join('\n', Errors)}");
        return Output;
    }

    /// <summary>The one object of a script that had no errors.</summary>
    public T One<T>() => Assert.IsType<T>(Assert.Single(Clean()).BaseObject);

    /// <summary>The one error, whether it ended the pipeline or not.</summary>
    public ErrorRecord Error => Thrown?.ErrorRecord ?? Assert.Single(Errors);

    /// <summary>The id without the cmdlet's class.</summary>
    public string ErrorId => Error.FullyQualifiedErrorId.Split(',')[0];
}
