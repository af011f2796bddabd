using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Planning;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>What changes a service and then waits for it.</summary>
/// <error id="ServiceNotConverged">The service failed: its tasks keep ending, or no node fits. The message has the tasks' own errors.
/// The service stays as it is.</error>
/// <error id="ServiceUpdateFailed">The update was paused or rolled back by its failure action.</error>
/// <error id="ConvergenceTimeout">The time of <c>-Timeout</c> is up. The swarm goes on trying.</error>
/// <error id="UpdateOutOfSequence">Others changed the service again and again in between.</error>
public abstract class ConvergingCmdlet : SwarmCmdlet
{
    /// <summary>Marks plans in the information stream.</summary>
    private const string PlanTag = "SwarmServicePlan";

    /// <summary>Returns at once instead of waiting until the tasks run.</summary>
    [Parameter]
    [Alias("Detach")]
    public SwitchParameter NoWait { get; set; }

    /// <summary>How long to wait.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan Timeout { get; set; } = ConvergenceWait.TimeoutDefault;

    /// <inheritdoc/>
    protected override string Subject => "Service";

    /// <summary>Whether it is a rollback that is waited for, so that one that ends well is no failure.</summary>
    private protected virtual bool GoesBack => false;

    /// <summary>Whether only what would be done is to be told.</summary>
    private protected bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out var given)
        ? LanguagePrimitives.IsTrue(given)
        : LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("WhatIfPreference"));

    /// <summary>Shows a plan as <c>-WhatIf</c> shows what would be done; the plan itself goes to the information stream.</summary>
    private protected void Show(string action, ServicePlan plan)
    {
        var text = PlanText.Of(action, plan);
        ShouldProcess(text, text, action);
        WriteInformation(plan, [PlanTag]);
    }

    /// <summary>Waits unless told not to; then, where asked for, gives the service as it is, converged or not.</summary>
    private protected async Task FinishAsync(SwarmClient swarm, string id, string name, bool isWanted, CancellationToken stop)
    {
        SwarmFailureException? failure = null;
        try
        {
            if (!NoWait)
                await new ConvergenceWait(this, swarm, Timeout).RunAsync(id, name, stop, GoesBack);
        }
        catch (SwarmFailureException failed)
        {
            failure = failed;
        }
        if (isWanted)
            WriteObject(new SwarmServiceInfo(await ServiceLookup.GetAsync(swarm, id, stop)));
        if (failure is not null)
            throw failure;
    }

    /// <summary>Shows what the daemon wants the user to know.</summary>
    private protected void Warn(IEnumerable<string>? warnings)
    {
        foreach (var warning in warnings ?? [])
            WriteWarning(warning);
    }
}
