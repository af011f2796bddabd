using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>What does one and the same to services named, one after the other, and then waits for each.</summary>
/// <error id="ServiceNotFound">There is no such service.</error>
public abstract class NamedServicesCmdlet : ConvergingCmdlet
{
    /// <summary>Names, ids or beginnings of ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Service")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Gives the service as it is afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override Task AskAsync(SwarmClient swarm, CancellationToken stop) => ForEachAsync(Name, name => AskAsync(swarm, name, stop));

    /// <summary>Does it to one service.</summary>
    private protected abstract Task AskAsync(SwarmClient swarm, string name, CancellationToken stop);

    /// <summary>Changes a service's spec, or shows what that would do.</summary>
    private protected async Task ChangeAsync(SwarmClient swarm, string name, string action, Func<ServiceSpec, ServiceSpec> change, CancellationToken stop)
    {
        if (!IsWhatIf && !ShouldProcess(name, action))
            return;
        var wanted = new ServiceChange(swarm, name, change);
        if (IsWhatIf)
            Show(action, await wanted.PlanAsync(stop));
        else
            await FinishAsync(swarm, await wanted.PostAsync(Warn, stop), name, PassThru, stop);
    }
}
