using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmUnlockKey;

/// <summary>Shows the key that managers ask for when they start locked.</summary>
/// <remarks>
/// <para>There is one where autolock is on: <c>Set-Swarm -Autolock</c>. A manager that is not locked answers, so keep a copy of the key
/// outside of the swarm: when all managers have restarted, nobody can show it any more.</para>
/// </remarks>
/// <example>
/// <para>Shows the key.</para>
/// <code>
/// Get-SwarmUnlockKey
/// </code>
/// </example>
/// <error id="UnlockKeyNotFound">Autolock is off.</error>
[Cmdlet(VerbsCommon.Get, "SwarmUnlockKey")]
[OutputType(typeof(SwarmUnlockKeyInfo))]
public sealed class GetSwarmUnlockKeyCommand : SwarmCmdlet
{
    /// <inheritdoc/>
    protected override string Subject => "UnlockKey";

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop) =>
        WriteObject(await UnlockKeyLookup.GetAsync(swarm, stop));
}
