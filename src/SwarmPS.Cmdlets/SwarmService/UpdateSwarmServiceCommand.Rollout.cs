using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmService;

public sealed partial class UpdateSwarmServiceCommand
{
    private async Task SetRolloutAsync(SwarmClient swarm, string name, CancellationToken stop)
    {
        if (Pause && Resume)
            throw Conflict("-Pause and -Resume cannot be combined with each other or with changes of the service.");
        GoesAlone(Pause ? nameof(Pause) : nameof(Resume), "-Pause and -Resume cannot be combined with each other or with changes of the service.");
        if (!ShouldProcess(name, Pause ? "Pause the update" : "Resume the update"))
            return;
        var id = await Revisions.RetryAsync(async () =>
        {
            var service = await swarm.GetServiceAsync(name, stop);
            await swarm.SetRolloutAsync(service, Pause, stop);
            return service.Id;
        });
        if (Resume)
            await FinishAsync(swarm, id, name, PassThru, stop);
        else if (PassThru)
            WriteObject(new SwarmServiceInfo(await ServiceLookup.GetAsync(swarm, id, stop)));
    }

    private async Task RebalanceAsync(SwarmClient swarm, string name, CancellationToken stop)
    {
        const string Action = "Move tasks to where the service is spread better";
        GoesAlone(nameof(Rebalance), "-Rebalance cannot be combined with changes of the service.");
        if (IsWhatIf)
        {
            Show(Action, await Revisions.RetryAsync(async () => await swarm.PlanRebalanceAsync(await swarm.GetServiceAsync(name, stop), stop)));
            return;
        }
        if (!ShouldProcess(name, Action))
            return;
        var id = await Revisions.RetryAsync(async () =>
        {
            var service = await swarm.GetServiceAsync(name, stop);
            await swarm.RebalanceServiceAsync(service, stop);
            return service.Id;
        });
        await FinishAsync(swarm, id, name, PassThru, stop);
    }

    private void GoesAlone(string what, string refusal)
    {
        string[] beside = [nameof(Name), what, nameof(NoWait), nameof(Timeout), nameof(PassThru)];
        if (MyInvocation.BoundParameters.Keys.Any(key => !beside.Contains(key) && !CommonParameters.Contains(key) && !OptionalCommonParameters.Contains(key)))
            throw Conflict(refusal);
    }

    private static SwarmFailureException Conflict(string message) => new("ConflictingParameters", ErrorCategory.InvalidArgument, message);
}
