using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace SwarmPS.Shell.Hosting;

/// <summary>What PowerShell sees of this process.</summary>
internal sealed class ShellHost(Guid id, ShellConsole console) : PSHost, IDisposable
{
    private readonly ShellUserInterface ui = new(console);

    public override string Name => "SwarmPS";

    public override Version Version => new(Usage.Release.Split('-')[0]);

    public override Guid InstanceId => id;

    public override PSHostUserInterface UI => ui;

    /// <summary>The console, for the commands that come with this host.</summary>
    public override PSObject PrivateData { get; } = new(console);

    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    /// <summary>What <c>exit</c> asked for; null as long as nothing did.</summary>
    public int? ExitCode { get; private set; }

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    public override void EnterNestedPrompt() =>
        throw new NotSupportedException("swarmps has no prompt within a prompt: answer the question, or stop the command and run it again.");

    public override void ExitNestedPrompt()
    {
        // There is none to leave.
    }

    public override void NotifyBeginApplication()
    {
        console.ShowProgress("");
        console.LoseLine();
    }

    public override void NotifyEndApplication()
    {
        // The console is as the program left it.
    }

    public void EndProgress() => console.ShowProgress("");

    public void Dispose() => EndProgress();
}
