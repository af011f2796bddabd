using System.Diagnostics;
using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Connection;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.SwarmDaemon;

/// <summary>Stops a daemon of this machine in good order. Its containers go on running.</summary>
/// <remarks>
/// <para>The daemon is asked to end, and waited for. Containers go on, and the next start of the daemon takes them up again. To take the
/// node out of its swarm, use <c>Exit-Swarm</c> first.</para>
/// </remarks>
/// <example>
/// <para>Stops this session's daemon.</para>
/// <code>
/// Stop-SwarmDaemon
/// </code>
/// </example>
/// <example>
/// <para>Stops the one that was started on a folder, whether it answers or not.</para>
/// <code>
/// Stop-SwarmDaemon -DataRoot ./lab
/// </code>
/// </example>
/// <error id="DaemonNotFound">No such daemon runs, or its process is not told.</error>
/// <error id="DaemonNotRunning">No daemon answers at the socket.</error>
/// <error id="SocketPermissionDenied">The socket does not admit this user.</error>
/// <error id="PermissionDenied">The process belongs to another user.</error>
/// <error id="DaemonTimeout">It has not ended when the time of <c>-Timeout</c> is up.</error>
/// <error id="NotSupported">This is not Linux; <c>-DataRoot</c> works elsewhere, too.</error>
[Cmdlet(VerbsLifecycle.Stop, "SwarmDaemon", SupportsShouldProcess = true, DefaultParameterSetName = "Socket")]
[OutputType(typeof(void))]
public sealed class StopSwarmDaemonCommand : SessionCmdlet
{
    /// <summary>The daemon that listens there; this session's where nothing is said.</summary>
    /// <value>this session's daemon</value>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = "Socket")]
    [ValidateNotNullOrEmpty]
    public string? Socket { get; set; }

    /// <summary>The daemon that was started on this folder.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "DataRoot")]
    [ValidateNotNullOrEmpty]
    public string? DataRoot { get; set; }

    /// <summary>How long to wait until it has ended.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override string Subject => "Daemon";

    /// <inheritdoc/>
    protected override async Task AskAsync(CancellationToken stop)
    {
        if (!OperatingSystem.IsLinux() && DataRoot is null)
            throw new SwarmFailureException("NotSupported", ErrorCategory.NotImplemented, "Finding a daemon by its socket needs Linux: stop it with -DataRoot.");
        using var process = DataRoot is null ? await OfSocketAsync(stop) : OfDataRoot();
        if (!ShouldProcess($"process {process.Id}", "Stop the daemon"))
            return;
        DaemonProcess.Terminate(process);
        using var deadline = new CancellationTokenSource(Timeout, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        try
        {
            await process.WaitForExitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new SwarmFailureException("DaemonTimeout", ErrorCategory.OperationTimeout,
                $"swarmpsd (process {process.Id}) was asked to stop, but has not ended within {Durations.Format(Timeout)}. Wait longer with -Timeout; its log tells what it is doing.");
        }
    }

    private async Task<Process> OfSocketAsync(CancellationToken stop)
    {
        var endpoint = Socket is null ? Connections.Endpoint : Connections.Resolve(this, Socket);
        // What is asked first tells why where nobody answers.
        await Connections.ClientOf(endpoint).PingAsync(stop);
        return DaemonProcess.ListenerOf(endpoint) is { } pid && DaemonProcess.Find(pid) is { } process
            ? process
            : throw new SwarmFailureException("DaemonNotFound", ErrorCategory.ObjectNotFound,
                $"Which process listens at {endpoint.Address} is not told: it runs in another container or namespace. Stop it where it was started.");
    }

    private Process OfDataRoot()
    {
        var root = Path.GetFullPath(GetUnresolvedProviderPathFromPSPath(DataRoot));
        return DaemonProcess.OfDataRoot(root)
            ?? throw new SwarmFailureException("DaemonNotFound", ErrorCategory.ObjectNotFound, $"No daemon that Start-SwarmDaemon started on {root} runs.");
    }
}
