using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>Shows the services of the swarm.</summary>
/// <remarks>
/// <para>A service that has fewer tasks running than it should shows so under REPLICAS. Labels and all other settings are on the
/// objects: <c>Get-SwarmService web | ForEach-Object Spec</c> has what the Engine API has.</para>
/// </remarks>
/// <example>
/// <para>Shows all services.</para>
/// <code>
/// Get-SwarmService
/// </code>
/// </example>
/// <example>
/// <para>Shows those with a label.</para>
/// <code>
/// Get-SwarmService -Label team=a
/// </code>
/// </example>
/// <example>
/// <para>Shows services that lack tasks.</para>
/// <code>
/// Get-SwarmService | Where-Object { $_.Running -lt $_.Replicas }
/// </code>
/// </example>
/// <error id="ServiceNotFound">There is no such service.</error>
/// <error id="ServiceAmbiguous">The beginning of an id fits several.</error>
[Cmdlet(VerbsCommon.Get, "SwarmService")]
[OutputType(typeof(SwarmServiceInfo))]
public sealed class GetSwarmServiceCommand : SwarmCmdlet
{
    /// <summary>Names, ids or beginnings of ids; names may have wildcards. All services where nothing is said.</summary>
    /// <value>all services</value>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Service")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Only services with all of these labels.</summary>
    /// <value>with any labels</value>
    [Parameter]
    [PairsTransformation]
    public string[]? Label { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "Service";

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        if (Name is { Length: > 0 })
        {
            await ForEachAsync(Name, async name => Write(await ServiceLookup.FindAsync(swarm, name, stop)));
            return;
        }
        var filters = new ApiFilters();
        foreach (var label in Label ?? [])
            filters.Add("label", label);
        Write(await swarm.ListServicesAsync(filters, stop));
    }

    private void Write(IEnumerable<Service> services)
    {
        foreach (var service in services.OrderBy(service => service.Spec.Name, StringComparer.Ordinal).Where(HasLabels))
            WriteObject(new SwarmServiceInfo(service));
    }

    private bool HasLabels(Service service) => Array.TrueForAll(Label ?? [], label =>
    {
        var (name, value) = Pairs.Split(label);
        return service.Spec.Labels?.Find(name) is { } has && (value is null || has == value);
    });
}
