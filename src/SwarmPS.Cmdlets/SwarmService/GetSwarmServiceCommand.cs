using System.Management.Automation;
using SwarmPS.Api;

namespace SwarmPS.Cmdlets;

/// <summary>Shows services: all, or those named.</summary>
[Cmdlet(VerbsCommon.Get, "SwarmService")]
[OutputType(typeof(SwarmServiceView))]
public sealed class GetSwarmServiceCommand : SwarmCmdlet
{
    /// <summary>Names, ids or beginnings of ids.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Only services with these labels, as a hashtable, as NAME or as NAME=value.</summary>
    [Parameter]
    [Settings]
    public string[]? Label { get; set; }

    /// <inheritdoc/>
    protected override async Task AskAsync(CancellationToken stop)
    {
        if (Name is not null)
        {
            await ForEachAsync(Name, async name => WriteObject(SwarmServiceView.Of(await ServiceQueries.OneAsync(Swarm, name, stop))));
            return;
        }
        var filters = new ApiFilters();
        foreach (var label in Label ?? [])
            filters.Add("label", label);
        foreach (var service in (await Swarm.ListServicesAsync(filters, stop)).OrderBy(service => service.Spec.Name, StringComparer.Ordinal))
            WriteObject(SwarmServiceView.Of(service));
    }
}
