using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmJoinToken;

/// <summary>Makes new tokens to join with; the old ones are refused from then on.</summary>
/// <remarks>
/// <para>Nodes that have joined stay: they have certificates of their own. The new tokens are given.</para>
/// </remarks>
/// <example>
/// <para>A new token for workers.</para>
/// <code>
/// Reset-SwarmJoinToken Worker
/// </code>
/// </example>
/// <example>
/// <para>New tokens for both, which are not shown.</para>
/// <code>
/// $null = Reset-SwarmJoinToken Worker, Manager
/// </code>
/// </example>
/// <error id="UpdateOutOfSequence">Others changed the settings again and again in between.</error>
[Cmdlet(VerbsCommon.Reset, "SwarmJoinToken", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmJoinTokenInfo))]
public sealed class ResetSwarmJoinTokenCommand : SwarmCmdlet
{
    /// <summary>The token of workers, of managers, or both.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public NodeRole[] Role { get; set; } = [];

    /// <inheritdoc/>
    protected override string Subject => "Swarm";

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        if (!ShouldProcess(swarm.Endpoint.Address, $"Make a new join token of a {string.Join(" and of a ", Role.Distinct()).ToLowerInvariant()}"))
            return;
        var rotation = new SwarmRotation(WorkerToken: Role.Contains(NodeRole.Worker), ManagerToken: Role.Contains(NodeRole.Manager));
        await SwarmChange.PostAsync(swarm, spec => spec, rotation, stop);
        WriteObject(await JoinTokenLookup.GetAsync(swarm, Role, stop), enumerateCollection: true);
    }
}
