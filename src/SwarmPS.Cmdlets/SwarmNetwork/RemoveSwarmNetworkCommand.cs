using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmNetwork;

/// <summary>Removes networks of the swarm that no service uses.</summary>
/// <remarks>
/// <para>A network that services name, or that tasks are still on, stays, and the error names them.</para>
/// </remarks>
/// <example>
/// <para>Removes a network after a question.</para>
/// <code>
/// Remove-SwarmNetwork back
/// </code>
/// </example>
/// <example>
/// <para>Removes those of a team without asking.</para>
/// <code>
/// Get-SwarmNetwork -Label team=a | Remove-SwarmNetwork -Confirm:$false
/// </code>
/// </example>
/// <error id="NetworkNotFound">There is no such network.</error>
/// <error id="NetworkInUse">Services or tasks use it; the message names them.</error>
[Cmdlet(VerbsCommon.Remove, "SwarmNetwork", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveSwarmNetworkCommand : SwarmCmdlet
{
    /// <summary>Names, ids or beginnings of ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Network")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NetworkNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override string Subject => "Network";

    /// <inheritdoc/>
    protected override Task AskAsync(SwarmClient swarm, CancellationToken stop) => ForEachAsync(Name, async name =>
    {
        // Networks of the engine beside the daemon are none of this cmdlet's, so the name is looked up first.
        if (ShouldProcess(name, "Remove the network"))
            await swarm.RemoveNetworkAsync((await swarm.GetNetworkAsync(name, stop)).Id, stop);
    });
}
