using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmConfig;

/// <summary>Shows the configs of the swarm.</summary>
/// <remarks>
/// <para>What a config holds is on the object: <c>Data</c> has its bytes, <c>Text</c> the same as UTF-8.</para>
/// </remarks>
/// <example>
/// <para>Shows all configs.</para>
/// <code>
/// Get-SwarmConfig
/// </code>
/// </example>
/// <example>
/// <para>Shows those with a label.</para>
/// <code>
/// Get-SwarmConfig -Label team=a
/// </code>
/// </example>
/// <error id="ConfigNotFound">There is no such config.</error>
/// <error id="ConfigAmbiguous">The beginning of an id fits several.</error>
[Cmdlet(VerbsCommon.Get, "SwarmConfig")]
[OutputType(typeof(SwarmConfigInfo))]
public sealed class GetSwarmConfigCommand : SwarmCmdlet
{
    /// <summary>Names, ids or beginnings of ids; names may have wildcards. All configs where nothing is said.</summary>
    /// <value>all configs</value>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Config")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConfigNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Only configs with all of these labels.</summary>
    /// <value>with any labels</value>
    [Parameter]
    [PairsTransformation]
    public string[]? Label { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "Config";

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        var filters = new ApiFilters();
        foreach (var label in Label ?? [])
            filters.Add("label", label);
        var configs = await swarm.ListConfigsAsync(filters, stop);
        if (Name is { Length: > 0 })
            await ForEachAsync(Name, name => { Write(Selection.Pick(configs, name, config => config.Spec.Name, "Config")); return Task.CompletedTask; });
        else
            Write(configs);
    }

    private void Write(IEnumerable<Config> configs)
    {
        foreach (var config in configs.OrderBy(config => config.Spec.Name, StringComparer.Ordinal))
            WriteObject(new SwarmConfigInfo(config, TimeProvider.System.GetUtcNow()));
    }
}
