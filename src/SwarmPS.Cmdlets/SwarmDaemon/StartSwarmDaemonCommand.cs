using System.Diagnostics;
using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Connection;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.SwarmDaemon;

/// <summary>Starts the daemon on this machine, waits until it answers, and connects the session to it.</summary>
/// <remarks>
/// <para>It starts the program <c>swarmpsd</c> in a session of its own, so that it outlives this one, and waits until its socket
/// answers. Where a daemon answers there already, that one is used. The program is the one that <c>-Path</c> or <c>$env:SWARMPSD</c>
/// names, that lies beside the module, or that is on the PATH.</para>
/// <para>For a machine that is to start its daemon by itself, have its init system run <c>swarmpsd run</c>. It needs Linux.</para>
/// </remarks>
/// <example>
/// <para>Starts the machine's daemon; needs root.</para>
/// <code>
/// Start-SwarmDaemon
/// </code>
/// </example>
/// <example>
/// <para>Starts a second one for trials, with its own folder, socket and engine.</para>
/// <code>
/// Start-SwarmDaemon ./lab -Socket ./lab/api.sock -Engine /run/docker-lab.sock -Hostname lab1
/// </code>
/// </example>
/// <example>
/// <para>Starts it with all of its log.</para>
/// <code>
/// Start-SwarmDaemon -LogLevel Debug -Timeout 1m
/// </code>
/// </example>
/// <error id="DaemonProgramNotFound">The program <c>swarmpsd</c> is in none of these places.</error>
/// <error id="DaemonElsewhere">A daemon runs on the folder, but listens elsewhere.</error>
/// <error id="DaemonFailed">The program ended; the message has the end of its log.</error>
/// <error id="DaemonTimeout">The time of <c>-Timeout</c> is up. The daemon goes on starting.</error>
/// <error id="DataRootUnusable">The folder cannot be made or written.</error>
/// <error id="NotSupported">This is not Linux.</error>
[Cmdlet(VerbsLifecycle.Start, "SwarmDaemon", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmDaemonInfo))]
public sealed class StartSwarmDaemonCommand : SessionCmdlet
{
    private const int LogLines = 15;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>The folder of the daemon's state.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string DataRoot { get; set; } = DaemonFiles.DataRootDefault;

    /// <summary>The socket it is to listen on: a path or <c>unix://PATH</c>.</summary>
    /// <value>this session's daemon</value>
    [Parameter]
    [Alias("Host", "Address")]
    [ValidateNotNullOrEmpty]
    public string? Socket { get; set; }

    /// <summary>The container engine beside it: <c>unix://PATH</c>, or a path.</summary>
    /// <value><c>$env:DOCKER_HOST</c>, else <c>unix:///var/run/docker.sock</c></value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Engine { get; set; }

    /// <summary>The node's name in the swarm.</summary>
    /// <value>the machine's name</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Hostname { get; set; }

    /// <summary>The program, where it is not where it usually is.</summary>
    /// <value><c>$env:SWARMPSD</c>, else beside the module or on the PATH</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The least important lines that are logged.</summary>
    /// <value><c>Information</c></value>
    [Parameter]
    [ValidateSet("Trace", "Debug", "Information", "Warning", "Error", "Critical", "None")]
    public string? LogLevel { get; set; }

    /// <summary>How long to wait until it answers.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override string Subject => "Daemon";

    /// <inheritdoc/>
    protected override async Task AskAsync(CancellationToken stop)
    {
        if (OperatingSystem.IsWindows())
            throw new SwarmFailureException("NotSupported", ErrorCategory.NotImplemented, "Start-SwarmDaemon needs Linux: run swarmpsd there, and connect to it.");
        var endpoint = Socket is null ? Connections.Endpoint : Connections.Resolve(this, Socket);
        var root = System.IO.Path.GetFullPath(GetUnresolvedProviderPathFromPSPath(DataRoot));
        using var running = DaemonProcess.OfDataRoot(root);
        if (await AnswersAsync(endpoint, stop))
            Use(endpoint, DaemonProcess.ListenerOf(endpoint), root, $"A daemon runs already at {endpoint.Address}.");
        else if (running is not null)
            throw new SwarmFailureException("DaemonElsewhere", ErrorCategory.ResourceExists,
                $"A daemon (process {running.Id}) runs already on {root}, but does not answer at {endpoint.Address}. Connect to the socket it was started with, or stop it with Stop-SwarmDaemon -DataRoot {root}.");
        else if (ShouldProcess(endpoint.Address, "Start a daemon"))
            await StartAsync(endpoint, root, stop);
    }

    private async Task StartAsync(SwarmEndpoint endpoint, string root, CancellationToken stop)
    {
        var program = DaemonProgram.Find(Path is null ? null : GetUnresolvedProviderPathFromPSPath(Path), nameof(Path), MyInvocation.MyCommand.Module?.ModuleBase ?? AppContext.BaseDirectory);
        Prepare(root);
        var log = DaemonFiles.Log(root);
        var before = File.Exists(log) ? new FileInfo(log).Length : 0;
        using var process = DaemonProgram.Start(log, Command(program, root, endpoint));
        DaemonFiles.WritePid(root, process.Id);
        await UntilReadyAsync(process, endpoint, root, before, stop);
        Use(endpoint, process.Id, root, $"Started {program}, process {process.Id}.");
    }

    private void Use(SwarmEndpoint endpoint, int? pid, string root, string what)
    {
        WriteVerbose(what);
        Connections.Choose(endpoint);
        WriteObject(new SwarmDaemonInfo(endpoint, pid, pid is not null && DaemonFiles.ReadPid(root) == pid ? root : null));
    }

    /// <summary>Ends when the socket answers. Throws where the process ends first, with what it logged, or time is up.</summary>
    private async Task UntilReadyAsync(Process process, SwarmEndpoint endpoint, string root, long before, CancellationToken stop)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await AnswersAsync(endpoint, stop))
        {
            if (process.HasExited)
            {
                throw new SwarmFailureException("DaemonFailed", ErrorCategory.InvalidResult,
                    $"swarmpsd ended with exit code {process.ExitCode}. The end of {DaemonFiles.Log(root)}:{Environment.NewLine}{DaemonFiles.TailOfLog(root, before, LogLines)}");
            }
            if (TimeProvider.System.GetElapsedTime(began) > Timeout)
            {
                throw new SwarmFailureException("DaemonTimeout", ErrorCategory.OperationTimeout,
                    $"swarmpsd (process {process.Id}) did not answer at {endpoint.Address} within {Durations.Format(Timeout)}. It goes on starting; {DaemonFiles.Log(root)} ends:{Environment.NewLine}{DaemonFiles.TailOfLog(root, before, LogLines)}");
            }
            await Task.Delay(Pause, TimeProvider.System, stop);
        }
    }

    private IEnumerable<string> Command(string program, string root, SwarmEndpoint endpoint)
    {
        List<string> words = [program, "run", "--data-root", root, "--host", endpoint.Address];
        if (Engine is not null)
            words.AddRange(["--engine", Engine.Contains("://", StringComparison.Ordinal) ? Engine : "unix://" + GetUnresolvedProviderPathFromPSPath(Engine)]);
        if (Hostname is not null)
            words.AddRange(["--hostname", Hostname]);
        if (LogLevel is not null)
            words.AddRange(["--log-level", LogLevel]);
        return words;
    }

    private static void Prepare(string root)
    {
        try
        {
            DaemonFiles.Prepare(root);
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw new SwarmFailureException("DataRootUnusable", ErrorCategory.PermissionDenied,
                $"The folder {root} cannot be used: {fault.Message} Run as root, or name another folder with -DataRoot.", fault);
        }
    }

    private static async Task<bool> AnswersAsync(SwarmEndpoint endpoint, CancellationToken stop)
    {
        try
        {
            await Connections.ClientOf(endpoint).PingAsync(stop);
            return true;
        }
        catch (SwarmUnreachableException fault) when (fault.Reason != UnreachableReason.PermissionDenied)
        {
            return false;
        }
    }
}
