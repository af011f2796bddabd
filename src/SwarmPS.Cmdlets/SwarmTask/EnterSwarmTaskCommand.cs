using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Cmdlets.Terminal;

namespace SwarmPS.Cmdlets.SwarmTask;

/// <summary>Opens a shell, or another program, in a task, on whichever node that is, with this terminal.</summary>
/// <remarks>
/// <para>Every key goes to the program, and the program has the terminal's size as it changes. Ctrl-P Ctrl-Q leaves it running and
/// comes back, as with docker. However it ends, the terminal is as it was before. <c>$LASTEXITCODE</c> has the program's exit code.</para>
/// <para>It needs a terminal, on Linux or macOS; scripts use <c>Invoke-SwarmTask</c>.</para>
/// </remarks>
/// <example>
/// <para>Opens a shell in the first running task of a service.</para>
/// <code>
/// Enter-SwarmTask web
/// </code>
/// </example>
/// <example>
/// <para>Opens another program in a task, as another user.</para>
/// <code>
/// Enter-SwarmTask -Id t1 -Command psql, -U, postgres -User postgres
/// </code>
/// </example>
/// <error id="TerminalMissing">This session has no terminal that could be handed over.</error>
[Cmdlet(VerbsCommon.Enter, "SwarmTask", DefaultParameterSetName = "Service", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class EnterSwarmTaskCommand : TaskCommandCmdlet
{
    private static readonly string[] Shell = ["sh", "-c", "command -v bash >/dev/null 2>&1 && exec bash || exec sh"];

    /// <summary>In the first running task of this service, by name, id or beginning of an id, or in the task <c>web.3</c>.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Service")]
    [Alias("Name")]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string Service { get; set; } = "";

    /// <summary>In this task, by id, beginning of an id, or name as <c>web.3</c>.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Id", ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TaskIdCompleter))]
    public string Id { get; set; } = "";

    /// <summary>The program and its arguments.</summary>
    /// <value>bash where the container has it, else sh</value>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string[]? Command { get; set; }

    /// <summary>The terminal that is handed over; tests have their own.</summary>
    internal static Func<ITerminal?> Terminals { get; set; } = static () => !OperatingSystem.IsWindows() && UnixTerminal.IsThere ? new UnixTerminal() : null;

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        var places = await TaskPlaces.ReadAsync(swarm, stop);
        var task = ParameterSetName == "Id" ? await FindAsync(swarm, places, Id, stop) : (await RunningAsync(swarm, places, Service, stop))[0];
        if (!ShouldProcess($"{task.Name} on {task.Node}", $"Open {string.Join(' ', Command ?? ["a shell"])}"))
            return;
        var terminal = Terminals() ?? throw new SwarmFailureException(
            "TerminalMissing", ErrorCategory.InvalidOperation, "This session has no terminal to hand over: its input or output is redirected, or the system is not Linux or macOS. Run the command with Invoke-SwarmTask.");
        WriteVerbose($"{task.Name} on {task.Node}; Ctrl-P Ctrl-Q leaves it running.");
        int? code;
        await using (var process = await swarm.StartProcessAsync(task.Id, RequestFor(Command ?? Shell) with { Tty = true, AttachStdin = true, ConsoleSize = terminal.Size }, stop))
            code = await TerminalSession.RunAsync(process, terminal, stop);
        if (code is { } ended)
            SessionState.PSVariable.Set("global:LASTEXITCODE", ended);
        else
            WriteVerbose($"The command in {task.Name} on {task.Node} was left running.");
    }
}
