using System.Management.Automation;
using SwarmPS.Cmdlets.Lab;

namespace SwarmPS.Cmdlets.SwarmLab;

/// <summary>Shows the nodes of the labs on this machine.</summary>
/// <remarks>
/// <para>Role and state in the swarm are the node's own words; a node that does not answer within two seconds is shown with the role it
/// was started for.</para>
/// </remarks>
/// <example>
/// <para>The nodes of all labs, with what each is doing.</para>
/// <code>
/// Get-SwarmLab
/// </code>
/// </example>
/// <example>
/// <para>Talks to the second node of the lab.</para>
/// <code>
/// Get-SwarmLab | Where-Object Name -eq n2 | Connect-Swarm
/// </code>
/// </example>
/// <error id="LabNotFound">There is no such lab.</error>
/// <error id="LabNotSupported">This is not Linux, the user is not root, or a program is missing.</error>
[Cmdlet(VerbsCommon.Get, "SwarmLab")]
[OutputType(typeof(SwarmLabNodeInfo))]
public sealed class GetSwarmLabCommand : LabCmdlet
{
    /// <summary>The labs; all where nothing is said.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(LabNameCompleter))]
    public string[]? Name { get; set; }

    /// <inheritdoc/>
    private protected override Task RunAsync(LabControl labs, CancellationToken stop) =>
        ForEachAsync(Name ?? Store.Names(), async name =>
        {
            foreach (var node in await SwarmLabNodeInfo.OfAsync(Store.Get(name), stop))
                WriteObject(node);
        });
}
