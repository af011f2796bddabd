using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Connection;
using SwarmPS.Cmdlets.Lab;
using SwarmPS.Cmdlets.SwarmDaemon;

namespace SwarmPS.Cmdlets.SwarmLab;

/// <summary>
/// Starts several nodes on this machine, each with a network, an engine and a daemon of its own, joins them into a swarm, and connects
/// the session to the first.
/// </summary>
/// <remarks>
/// <para>A lab is for trying a cluster, and for tests of one: nodes can be cut off and ended as by a crash with <c>Set-SwarmLabNode</c>. Each
/// node has an address of 10.90.0.0/16, which this machine reaches, and a folder with its state and the logs of its programs. It reaches nothing
/// outside the lab, so no registry: give it its images with <c>-Image</c>.</para>
/// <para>A lab that is there is gone on with: what does not run is started, and nodes that are missing are added. So a start that failed
/// half-way, and a restart of the machine, are mended by the same command.</para>
/// <para>It needs Linux, root, and the programs <c>dockerd</c>, <c>containerd</c>, <c>ip</c> and <c>nsenter</c>; no engine has to run.</para>
/// </remarks>
/// <example>
/// <para>A swarm of three managers and two workers that have one image.</para>
/// <code>
/// Start-SwarmLab -Node 5 -Manager 3 -Image ./web.tar
/// </code>
/// </example>
/// <example>
/// <para>Two nodes, each by itself, in a folder of their own.</para>
/// <code>
/// Start-SwarmLab pair -Node 2 -NoSwarm -Path ./pair
/// </code>
/// </example>
/// <error id="LabNotSupported">This is not Linux, the user is not root, or a program is missing.</error>
/// <error id="DaemonProgramNotFound">The program <c>swarmpsd</c> is nowhere.</error>
/// <error id="LabProcessFailed">A program of a node ended; the end of its log is told.</error>
/// <error id="LabTimeout">A node did not answer, or did not join, when the time of <c>-Timeout</c> was up.</error>
/// <error id="LabExists">The lab is there, in another folder.</error>
/// <error id="LabFolderInUse">The folder is not empty.</error>
/// <error id="LabFolderTooLong">The folder leaves no room for the sockets' paths.</error>
/// <error id="LabNameInvalid">The name cannot be a lab's.</error>
/// <error id="LabSizeInvalid">There are more managers than nodes.</error>
/// <error id="LabFileNotFound">A file is not there.</error>
/// <error id="LabImageFailed">An image could not be taken from the machine's engine, or not be loaded.</error>
/// <error id="LabNoSubnet">All subnets are other labs'.</error>
/// <error id="LabToolFailed">A program of the system failed; what it wrote is told.</error>
[Cmdlet(VerbsLifecycle.Start, "SwarmLab", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmLabNodeInfo))]
public sealed class StartSwarmLabCommand : LabCmdlet
{
    /// <summary>The lab's name.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = LabRequest.DefaultName;

    /// <summary>How many nodes.</summary>
    [Parameter]
    [ValidateRange(1, 200)]
    public int Node { get; set; } = 3;

    /// <summary>How many of them are managers.</summary>
    [Parameter]
    [ValidateRange(1, 200)]
    public int Manager { get; set; } = 1;

    /// <summary>The folder of its files.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>What each engine gets: tar files that <c>docker save</c> wrote, or names of images of this machine's engine.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Image { get; set; } = [];

    /// <summary>The program <c>swarmpsd</c>, where it is not where it usually is.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Daemon { get; set; }

    /// <summary>Leaves the nodes by themselves, each without a swarm.</summary>
    [Parameter]
    public SwitchParameter NoSwarm { get; set; }

    /// <summary>How long a node may take to answer, and to join.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    private protected override async Task RunAsync(LabControl labs, CancellationToken stop)
    {
        var request = ToRequest();
        if (!ShouldProcess($"{Name}: {Node} nodes, {Manager} of them managers", "Start a lab"))
            return;
        var lab = await labs.StartAsync(request, stop);
        WriteProgress(new(0, "Starting the lab", "Done") { RecordType = ProgressRecordType.Completed });
        Connections.Choose(SwarmEndpoint.Parse(lab.PlaceOf(lab.Nodes[0]).Socket));
        foreach (var node in await SwarmLabNodeInfo.OfAsync(lab, stop))
            WriteObject(node);
    }

    private LabRequest ToRequest()
    {
        var files = Image.ToDictionary(image => image, image => System.IO.Path.GetFullPath(GetUnresolvedProviderPathFromPSPath(image)));
        return new()
        {
            Name = Name,
            Nodes = Node,
            Managers = Manager,
            Folder = Path is null ? null : System.IO.Path.GetFullPath(GetUnresolvedProviderPathFromPSPath(Path)),
            Program = System.IO.Path.GetFullPath(DaemonProgram.Find(Daemon is null ? null : GetUnresolvedProviderPathFromPSPath(Daemon), nameof(Daemon), MyInvocation.MyCommand.Module?.ModuleBase ?? AppContext.BaseDirectory)),
            ImageFiles = [.. Image.Where(image => File.Exists(files[image])).Select(image => files[image])],
            Images = [.. Image.Where(image => !File.Exists(files[image]))],
            ImageEngine = Environment.GetEnvironmentVariable("DOCKER_HOST") is { } host && host.StartsWith("unix://", StringComparison.Ordinal) ? host["unix://".Length..] : "/var/run/docker.sock",
            IsJoined = !NoSwarm,
            Timeout = Timeout,
            // Steps are reported on the pipeline's thread: the cmdlet's synchronization context is current here.
            Progress = new Progress<LabProgress>(step => WriteProgress(new(0, "Starting the lab", step.Step) { PercentComplete = 100 * step.Done / step.All })),
        };
    }
}
