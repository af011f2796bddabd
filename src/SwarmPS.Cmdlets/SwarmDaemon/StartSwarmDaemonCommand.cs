using System.Diagnostics;
using System.Management.Automation;
using SwarmPS.Api;

namespace SwarmPS.Cmdlets;

/// <summary>Starts swarmpsd in the background, waits until it answers, and connects this session to it. One that runs already is used as it is.</summary>
[Cmdlet(VerbsLifecycle.Start, "SwarmDaemon", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmDaemonView))]
public sealed class StartSwarmDaemonCommand : SwarmCmdlet
{
    private const string Program = "swarmpsd";
    private const int LogLines = 5;

    /// <summary>Where the daemon keeps its state: /var/lib/swarmps where nothing is said.</summary>
    [Parameter]
    public string DataRoot { get; set; } = DaemonFiles.DefaultDataRoot;

    /// <summary>The socket to answer at: a path or <c>unix://PATH</c>.</summary>
    [Parameter]
    [Alias("Host", "Address")]
    public string Socket { get; set; } = SwarmEndpoint.FromEnvironment().Address;

    /// <summary>The container engine: <c>unix://PATH</c>. The environment's DOCKER_HOST, or Docker's own socket, where nothing is said.</summary>
    [Parameter]
    public string? Engine { get; set; }

    /// <summary>The node's name in the swarm; the machine's where nothing is said.</summary>
    [Parameter]
    public string? Hostname { get; set; }

    /// <summary>The daemon's program; looked for in $env:SWARMPSD, beside the module and in the PATH where nothing is said.</summary>
    [Parameter]
    public string? Path { get; set; }

    /// <summary>The least important lines that are logged.</summary>
    [Parameter]
    [ValidateSet("Trace", "Debug", "Information", "Warning", "Error")]
    public string LogLevel { get; set; } = "Information";

    /// <summary>How long to wait for an answer: 30 s where nothing is said.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override object? Target => Socket;

    /// <inheritdoc/>
    protected override async Task AskAsync(CancellationToken stop)
    {
        var endpoint = SwarmEndpoint.Parse(Socket);
        var files = new DaemonFiles(GetUnresolvedProviderPathFromPSPath(DataRoot));
        var program = Find();
        if (files.Running() is { } running)
        {
            WriteVerbose($"swarmpsd runs already on {files.DataRoot}, as process {running.Id}.");
            await UntilAnswersAsync(running, endpoint, files, stop);
            Connect(running, endpoint, files);
            return;
        }
        if (!ShouldProcess(endpoint.Address, $"Start {program}"))
            return;
        using var process = Launch(program, endpoint, files);
        files.Keep(process.Id);
        await UntilAnswersAsync(process, endpoint, files, stop);
        Connect(process, endpoint, files);
    }

    /// <summary>A shell takes the daemon out of this terminal's session and gives it its log; then it becomes the daemon.</summary>
    private Process Launch(string program, SwarmEndpoint endpoint, DaemonFiles files)
    {
        Directory.CreateDirectory(files.DataRoot);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(endpoint.SocketPath)!);
        List<string> arguments = ["run", "--data-root", files.DataRoot, "--host", endpoint.Address, "--log-level", LogLevel];
        if (Engine is not null)
            arguments.AddRange(["--engine", Engine.Contains("://", StringComparison.Ordinal) ? Engine : "unix://" + Engine]);
        if (Hostname is not null)
            arguments.AddRange(["--hostname", Hostname]);
        var start = new ProcessStartInfo("/bin/sh", ["-c", "umask 077; log=$1; shift; exec setsid \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", files.LogFile, program, .. arguments]);
        return Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started.");
    }

    private async Task UntilAnswersAsync(Process process, SwarmEndpoint endpoint, DaemonFiles files, CancellationToken stop)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        late.CancelAfter(Timeout);
        var client = SwarmConnection.ClientOf(endpoint);
        // A process that is just coming up tells no one: it is asked again until it answers.
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(25));
        while (true)
        {
            try
            {
                await client.PingAsync(late.Token);
                return;
            }
            catch (SwarmUnreachableException) when (!process.HasExited)
            {
                await WaitAsync(tick, endpoint, files, late.Token, stop);
            }
            catch (SwarmUnreachableException gone)
            {
                throw new InvalidOperationException($"swarmpsd has ended with exit code {process.ExitCode}. Its log, {files.LogFile}, ends with:\n{files.LogTail(LogLines)}", gone);
            }
        }
    }

    private async Task WaitAsync(PeriodicTimer tick, SwarmEndpoint endpoint, DaemonFiles files, CancellationToken late, CancellationToken stop)
    {
        try
        {
            await tick.WaitForNextTickAsync(late);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException($"swarmpsd has not answered at {endpoint.SocketPath} within {SwarmPS.Notation.Durations.Format(Timeout)}. Its log, {files.LogFile}, ends with:\n{files.LogTail(LogLines)}");
        }
    }

    private void Connect(Process process, SwarmEndpoint endpoint, DaemonFiles files)
    {
        SwarmConnection.Choose(endpoint);
        WriteObject(new SwarmDaemonView { ProcessId = process.Id, Address = endpoint.Address, DataRoot = files.DataRoot, LogFile = files.LogFile });
    }

    private string Find()
    {
        var module = System.IO.Path.GetDirectoryName(typeof(StartSwarmDaemonCommand).Assembly.Location)!;
        var candidates = Path is not null
            ? [GetUnresolvedProviderPathFromPSPath(Path)]
            : new[] { Environment.GetEnvironmentVariable("SWARMPSD"), System.IO.Path.GetFullPath(System.IO.Path.Combine(module, "..", "..", Program, Program)) }
                .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator).Select(folder => System.IO.Path.Combine(folder, Program)));
        return candidates.FirstOrDefault(candidate => !string.IsNullOrEmpty(candidate) && File.Exists(candidate))
            ?? throw new FileNotFoundException(Path is not null
                ? $"There is no program {Path}."
                : "The program swarmpsd was found neither by $env:SWARMPSD, nor beside the module, nor in the PATH. Build it with ./build.sh build, or name it with -Path.");
    }
}
