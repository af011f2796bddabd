using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmJoinToken;

/// <summary>Shows the tokens that nodes join with.</summary>
/// <remarks>
/// <para>Whoever has a token can add a node, and a manager's token gives the whole swarm away: treat them as secrets, and change them
/// with <c>Reset-SwarmJoinToken</c> when they may have leaked. A manager answers.</para>
/// </remarks>
/// <example>
/// <para>Shows both tokens, and where the managers are.</para>
/// <code>
/// Get-SwarmJoinToken
/// </code>
/// </example>
/// <example>
/// <para>Joins another daemon of this machine as a worker.</para>
/// <code>
/// $token = Get-SwarmJoinToken Worker
/// $null = Connect-Swarm /run/swarmps/lab2.sock
/// $token | Join-Swarm
/// </code>
/// </example>
/// <error id="JoinTokenNotFound">The daemon shows no tokens.</error>
[Cmdlet(VerbsCommon.Get, "SwarmJoinToken")]
[OutputType(typeof(SwarmJoinTokenInfo))]
public sealed class GetSwarmJoinTokenCommand : SwarmCmdlet
{
    /// <summary>The token of workers, or of managers.</summary>
    /// <value>both</value>
    [Parameter(Position = 0)]
    public NodeRole[]? Role { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "JoinToken";

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop) =>
        WriteObject(await JoinTokenLookup.GetAsync(swarm, Role ?? [NodeRole.Worker, NodeRole.Manager], stop), enumerateCollection: true);
}
