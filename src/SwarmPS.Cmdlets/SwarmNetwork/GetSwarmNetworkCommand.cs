using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmNetwork;

/// <summary>Shows the networks that span the swarm.</summary>
/// <remarks>
/// <para>Networks of a single engine are not among them. A network says which services use it.</para>
/// </remarks>
/// <example>
/// <para>Shows all networks of the swarm.</para>
/// <code>
/// Get-SwarmNetwork
/// </code>
/// </example>
/// <example>
/// <para>Shows which subnets those with a label have.</para>
/// <code>
/// Get-SwarmNetwork -Label team=a | ForEach-Object Subnet
/// </code>
/// </example>
/// <example>
/// <para>Shows those that nobody uses.</para>
/// <code>
/// Get-SwarmNetwork | Where-Object { -not $_.Services }
/// </code>
/// </example>
/// <error id="NetworkNotFound">There is no such network.</error>
/// <error id="NetworkAmbiguous">The beginning of an id fits several.</error>
[Cmdlet(VerbsCommon.Get, "SwarmNetwork")]
[OutputType(typeof(SwarmNetworkInfo))]
public sealed class GetSwarmNetworkCommand : SwarmCmdlet
{
    /// <summary>Names, ids or beginnings of ids; names may have wildcards. All networks where nothing is said.</summary>
    /// <value>all networks</value>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Network")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(NetworkNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Only networks with all of these labels.</summary>
    /// <value>with any labels</value>
    [Parameter]
    [PairsTransformation]
    public string[]? Label { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "Network";

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        var filters = new ApiFilters().Add("scope", "swarm");
        foreach (var label in Label ?? [])
            filters.Add("label", label);
        var networks = await swarm.ListNetworksAsync(filters, stop);
        var services = await swarm.ListServicesAsync(new(), stop);
        if (Name is { Length: > 0 })
            await ForEachAsync(Name, name => { Write(Selection.Pick(networks, name, network => network.Id, network => network.Name, "Network")); return Task.CompletedTask; });
        else
            Write(networks);

        void Write(IEnumerable<NetworkResource> picked)
        {
            foreach (var network in picked.OrderBy(network => network.Name, StringComparer.Ordinal))
                WriteObject(new SwarmNetworkInfo(network, services));
        }
    }
}
