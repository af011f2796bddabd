using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmSecret;

/// <summary>Removes secrets that no service uses.</summary>
/// <remarks>
/// <para>A secret that a service names stays, and the error names the services: take it out of them first
/// (<c>Update-SwarmService -RemoveSecret</c>).</para>
/// </remarks>
/// <example>
/// <para>Removes a secret after a question.</para>
/// <code>
/// Remove-SwarmSecret db-password
/// </code>
/// </example>
/// <example>
/// <para>Removes those of a team without asking.</para>
/// <code>
/// Get-SwarmSecret -Label team=a | Remove-SwarmSecret -Confirm:$false
/// </code>
/// </example>
/// <error id="SecretNotFound">There is no such secret.</error>
/// <error id="SecretInUse">Services use it; the message names them.</error>
[Cmdlet(VerbsCommon.Remove, "SwarmSecret", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveSwarmSecretCommand : SwarmCmdlet
{
    /// <summary>Names, ids or beginnings of ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Secret")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SecretNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override string Subject => "Secret";

    /// <inheritdoc/>
    protected override Task AskAsync(SwarmClient swarm, CancellationToken stop) => ForEachAsync(Name, async name =>
    {
        if (ShouldProcess(name, "Remove the secret"))
            await swarm.RemoveSecretAsync(name, stop);
    });
}
