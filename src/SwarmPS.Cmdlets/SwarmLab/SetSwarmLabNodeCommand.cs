using System.Management.Automation;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Lab;

namespace SwarmPS.Cmdlets.SwarmLab;

/// <summary>Lets a node of a lab fail, and makes it well again: cut off from the others, ended as by a crash.</summary>
/// <remarks>
/// <para>A node that is killed loses its link first, so that the others hear nothing from it, as when a machine loses its power. With
/// <c>-Part Daemon</c> or <c>-Part Engine</c> only that ends, and its peers are told by the system. What is on disk stays.</para>
/// </remarks>
/// <example>
/// <para>Cuts a node off and joins it again.</para>
/// <code>
/// Set-SwarmLabNode n2 -Partition
/// Set-SwarmLabNode n2 -Heal
/// </code>
/// </example>
/// <example>
/// <para>Ends a manager's daemon as a crash would, and starts it again.</para>
/// <code>
/// Set-SwarmLabNode n1 -Kill -Part Daemon
/// Set-SwarmLabNode n1 -Start
/// </code>
/// </example>
/// <error id="LabNotFound">There is no such lab.</error>
/// <error id="LabNodeNotFound">The lab has no such node.</error>
/// <error id="LabNodeStopped">The node does not run, so its link can be neither cut nor joined.</error>
/// <error id="LabProcessFailed">A program of the node ended while it was starting; the end of its log is told.</error>
/// <error id="LabTimeout">The node did not answer when the time of <c>-Timeout</c> was up.</error>
/// <error id="LabNotSupported">This is not Linux, the user is not root, or a program is missing.</error>
[Cmdlet(VerbsCommon.Set, "SwarmLabNode", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmLabNodeInfo))]
public sealed class SetSwarmLabNodeCommand : LabCmdlet
{
    /// <summary>The nodes.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>Their lab.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LabNameCompleter))]
    public string Lab { get; set; } = LabRequest.DefaultName;

    /// <summary>Takes the node's link down: it runs on, cut off from all others.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Partition")]
    public SwitchParameter Partition { get; set; }

    /// <summary>Takes the node's link up again.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Heal")]
    public SwitchParameter Heal { get; set; }

    /// <summary>Ends the node as a loss of power would, or just a part of it as a crash would.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Kill")]
    public SwitchParameter Kill { get; set; }

    /// <summary>What is ended: the whole node where nothing is said.</summary>
    [Parameter(ParameterSetName = "Kill")]
    public LabPart Part { get; set; } = LabPart.Node;

    /// <summary>Starts what does not run of the node, and waits until it answers.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Start")]
    public SwitchParameter Start { get; set; }

    /// <summary>How long to wait until it answers.</summary>
    [Parameter(ParameterSetName = "Start")]
    [DurationTransformation]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    private protected override Task RunAsync(LabControl labs, CancellationToken stop) =>
        ForEachAsync(Name, async name =>
        {
            _ = Store.Get(Lab)[name];
            if (!ShouldProcess($"{name} of {Lab}", ParameterSetName == "Kill" ? $"Kill the {Part}" : ParameterSetName))
                return;
            await (ParameterSetName switch
            {
                "Partition" => labs.Nodes.PartitionAsync(Lab, name, isCutOff: true),
                "Heal" => labs.Nodes.PartitionAsync(Lab, name, isCutOff: false),
                "Kill" => labs.Nodes.KillAsync(Lab, name, Part),
                _ => labs.Nodes.StartAsync(Lab, name, Timeout, stop),
            });
            foreach (var node in (await SwarmLabNodeInfo.OfAsync(Store.Get(Lab), stop)).Where(node => node.Name == name))
                WriteObject(node);
        });
}
