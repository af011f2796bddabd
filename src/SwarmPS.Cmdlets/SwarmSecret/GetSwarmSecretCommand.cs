using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmSecret;

/// <summary>Shows the secrets of the swarm, without what they hold.</summary>
/// <remarks>
/// <para>What a secret holds is never shown, here or anywhere: only the containers of services that name it can read it.</para>
/// </remarks>
/// <example>
/// <para>Shows all secrets.</para>
/// <code>
/// Get-SwarmSecret
/// </code>
/// </example>
/// <example>
/// <para>Shows those with a label.</para>
/// <code>
/// Get-SwarmSecret -Label team=a
/// </code>
/// </example>
/// <error id="SecretNotFound">There is no such secret.</error>
/// <error id="SecretAmbiguous">The beginning of an id fits several.</error>
[Cmdlet(VerbsCommon.Get, "SwarmSecret")]
[OutputType(typeof(SwarmSecretInfo))]
public sealed class GetSwarmSecretCommand : SwarmCmdlet
{
    /// <summary>Names, ids or beginnings of ids; names may have wildcards. All secrets where nothing is said.</summary>
    /// <value>all secrets</value>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Secret")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SecretNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Only secrets with all of these labels.</summary>
    /// <value>with any labels</value>
    [Parameter]
    [PairsTransformation]
    public string[]? Label { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "Secret";

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        var filters = new ApiFilters();
        foreach (var label in Label ?? [])
            filters.Add("label", label);
        var secrets = await swarm.ListSecretsAsync(filters, stop);
        if (Name is { Length: > 0 })
            await ForEachAsync(Name, name => { Write(Selection.Pick(secrets, name, secret => secret.Spec.Name, "Secret")); return Task.CompletedTask; });
        else
            Write(secrets);
    }

    private void Write(IEnumerable<Secret> secrets)
    {
        foreach (var secret in secrets.OrderBy(secret => secret.Spec.Name, StringComparer.Ordinal))
            WriteObject(new SwarmSecretInfo(secret, TimeProvider.System.GetUtcNow()));
    }
}
