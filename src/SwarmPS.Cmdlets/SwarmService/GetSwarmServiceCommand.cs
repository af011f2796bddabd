using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>Shows the services of the swarm.</summary>
[Cmdlet(VerbsCommon.Get, "SwarmService")]
[OutputType(typeof(SwarmServiceInfo))]
public sealed class GetSwarmServiceCommand : SwarmCmdlet
{
    /// <summary>Names, ids or beginnings of ids; names may have wildcards. All services where nothing is said.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Service")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Only services with all of these labels.</summary>
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
