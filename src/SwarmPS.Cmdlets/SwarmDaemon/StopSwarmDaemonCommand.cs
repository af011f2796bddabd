using System.Diagnostics;
using System.Management.Automation;

namespace SwarmPS.Cmdlets;

/// <summary>Stops a daemon that Start-SwarmDaemon started. Containers go on running; a daemon that starts again takes them up.</summary>
[Cmdlet(VerbsLifecycle.Stop, "SwarmDaemon", SupportsShouldProcess = true)]
public sealed class StopSwarmDaemonCommand : SwarmCmdlet
{
    /// <summary>Where the daemon keeps its state: /var/lib/swarmps where nothing is said.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string DataRoot { get; set; } = DaemonFiles.DefaultDataRoot;

    /// <summary>How long to wait for its end: 60 s where nothing is said.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    protected override object? Target => DataRoot;

    /// <inheritdoc/>
    protected override async Task AskAsync(CancellationToken stop)
    {
        var files = new DaemonFiles(GetUnresolvedProviderPathFromPSPath(DataRoot));
        using var process = files.Running()
            ?? throw new InvalidOperationException($"No swarmpsd runs on {files.DataRoot} that Start-SwarmDaemon started.");
        if (!ShouldProcess($"process {process.Id} on {files.DataRoot}", "Stop swarmpsd"))
            return;
        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(stop);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        late.CancelAfter(Timeout);
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException($"swarmpsd, process {process.Id}, has not ended within {SwarmPS.Notation.Durations.Format(Timeout)}. See {files.LogFile}.");
        }
        File.Delete(files.ProcessFile);
    }
}
