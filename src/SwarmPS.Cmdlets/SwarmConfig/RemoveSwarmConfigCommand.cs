using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmConfig;

/// <summary>Removes configs that no service uses.</summary>
/// <remarks>
/// <para>A config that a service names stays, and the error names the services: take it out of them first
/// (<c>Update-SwarmService -RemoveConfig</c>).</para>
/// </remarks>
/// <example>
/// <para>Removes a config after a question.</para>
/// <code>
/// Remove-SwarmConfig app.conf
/// </code>
/// </example>
/// <example>
/// <para>Removes those of a team without asking.</para>
/// <code>
/// Get-SwarmConfig -Label team=a | Remove-SwarmConfig -Confirm:$false
/// </code>
/// </example>
/// <error id="ConfigNotFound">There is no such config.</error>
/// <error id="ConfigInUse">Services use it; the message names them.</error>
[Cmdlet(VerbsCommon.Remove, "SwarmConfig", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveSwarmConfigCommand : SwarmCmdlet
{
    /// <summary>Names, ids or beginnings of ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Config")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConfigNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override string Subject => "Config";

    /// <inheritdoc/>
    protected override Task AskAsync(SwarmClient swarm, CancellationToken stop) => ForEachAsync(Name, async name =>
    {
        if (ShouldProcess(name, "Remove the config"))
            await swarm.RemoveConfigAsync(name, stop);
    });
}
