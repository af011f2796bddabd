using System.Management.Automation;

namespace SwarmPS.Cmdlets;

/// <summary>Removes services; their tasks stop.</summary>
[Cmdlet(VerbsCommon.Remove, "SwarmService", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveSwarmServiceCommand : SwarmCmdlet
{
    /// <summary>Names, ids or beginnings of ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Ask nothing.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override Task AskAsync(CancellationToken stop) => ForEachAsync(Name, async name =>
    {
        var service = await Swarm.GetServiceAsync(name, stop);
        if (Force && !MyInvocation.BoundParameters.ContainsKey("WhatIf") || ShouldProcess(service.Spec.Name, "Remove the service"))
            await Swarm.RemoveServiceAsync(service.Id, stop);
    });
}
