using System.Management.Automation;
using SwarmPS.Cmdlets.Lab;

namespace SwarmPS.Cmdlets.SwarmLab;

/// <summary>Ends a lab: its containers, daemons and engines, its network, and its files.</summary>
/// <remarks>
/// <para>Whatever state a lab is in, this removes it: it ends the processes that live in the lab's own namespaces and control groups, and
/// no others.</para>
/// </remarks>
/// <example>
/// <para>Ends the lab and leaves nothing of it.</para>
/// <code>
/// Stop-SwarmLab
/// </code>
/// </example>
/// <example>
/// <para>Ends a lab that is to be gone on with later.</para>
/// <code>
/// Stop-SwarmLab pair -Keep
/// </code>
/// </example>
/// <error id="LabNotFound">There is no such lab.</error>
/// <error id="LabNotSupported">This is not Linux, the user is not root, or a program is missing.</error>
/// <error id="LabProcessStuck">A process does not end, not even when it is killed.</error>
/// <error id="LabToolFailed">A program of the system failed; what it wrote is told.</error>
[Cmdlet(VerbsLifecycle.Stop, "SwarmLab", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class StopSwarmLabCommand : LabCmdlet
{
    /// <summary>The lab.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LabNameCompleter))]
    public string[] Name { get; set; } = [LabRequest.DefaultName];

    /// <summary>Leaves its files, so that <c>Start-SwarmLab</c> goes on with them.</summary>
    [Parameter]
    public SwitchParameter Keep { get; set; }

    /// <inheritdoc/>
    private protected override Task RunAsync(LabControl labs, CancellationToken stop) =>
        ForEachAsync(Name, async name =>
        {
            var lab = Store.Get(name);
            if (ShouldProcess($"{lab.Nodes.Count} nodes of {name} in {lab.Folder}", Keep ? "Stop" : "Stop and delete"))
                await labs.StopAsync(name, Keep);
        });
}
