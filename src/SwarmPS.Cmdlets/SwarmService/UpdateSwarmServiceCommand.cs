using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>Changes a service and waits until its tasks are those of the new spec.</summary>
/// <remarks>
/// <para>What is not given stays as it is. A parameter that takes a collection (<c>-Env</c>, <c>-Label</c>, <c>-Constraint</c>,
/// <c>-Mount</c>, <c>-Publish</c>, <c>-Secret</c> and others) takes the place of the whole collection; <c>-Add…</c> and <c>-Remove…</c>
/// change single entries, and what is removed goes first. A change that somebody else made in between is kept: the spec is read and changed anew.</para>
/// <para>An update that is under way stops at <c>-Pause</c>: tasks that were replaced stay so, further ones are not. <c>-Resume</c>
/// lets it go on, as it does one that failures have paused. Both go alone, without other changes.</para>
/// <para><c>-Rebalance</c> changes nothing of the spec: it moves tasks to where the service is then spread better, each once its successor
/// runs there. It is refused while an update is under way or paused.</para>
/// <para>Tasks are replaced by the rules of the update settings (<c>-UpdateParallelism</c>, <c>-UpdateOrder</c>, …), and only where
/// their part of the spec changed. Then the cmdlet waits as <c>New-SwarmService</c> does.</para>
/// <para>With <c>-WhatIf</c> nothing is changed: the daemon decides on a copy of the swarm's state which fields would differ, which
/// tasks would be replaced, in which steps and on which nodes, and the cmdlet shows it. What would be refused is refused. A script gets
/// the plan from the information stream (<c>-InformationVariable</c>); the tasks are in <c>MessageData.Tasks</c>.</para>
/// </remarks>
/// <example>
/// <para>Another image, one task at a time.</para>
/// <code>
/// Update-SwarmService web nginx:1.27
/// </code>
/// </example>
/// <example>
/// <para>One more variable, and another taken away.</para>
/// <code>
/// Update-SwarmService web -AddEnv MODE=fast -RemoveEnv DEBUG
/// </code>
/// </example>
/// <example>
/// <para>Starts each new task before its predecessor is stopped, and shows the service.</para>
/// <code>
/// Update-SwarmService web nginx:1.27 -UpdateOrder StartFirst -PassThru
/// </code>
/// </example>
/// <example>
/// <para>Starts a whole new set of tasks and stops the old one once all of the new one runs; where a new task fails, the new set goes.</para>
/// <code>
/// Update-SwarmService web nginx:1.27 -Order StartFirst -Parallelism 0 -UpdateFailureAction Rollback
/// </code>
/// </example>
/// <example>
/// <para>Another password, in the place of the old one.</para>
/// <code>
/// Update-SwarmService db -RemoveSecret db-password -AddSecret source=db-password2,target=db-password
/// </code>
/// </example>
/// <example>
/// <para>A label for all services of a team.</para>
/// <code>
/// Get-SwarmService -Label team=a | Update-SwarmService -AddLabel cost=17
/// </code>
/// </example>
/// <example>
/// <para>Stops an update on its way, and lets it go on.</para>
/// <code>
/// Update-SwarmService web -Pause
/// Update-SwarmService web -Resume
/// </code>
/// </example>
/// <example>
/// <para>After a node came back: moves tasks there, each once its successor runs.</para>
/// <code>
/// Update-SwarmService web -Rebalance
/// </code>
/// </example>
/// <example>
/// <para>Says what would change and which tasks would be replaced, and gives it to a script.</para>
/// <code>
/// Update-SwarmService web nginx:1.27 -WhatIf -InformationVariable plan
/// $plan.MessageData.Changes
/// $plan.MessageData.Tasks
/// </code>
/// </example>
/// <example>
/// <para>Replaces all tasks though nothing changed.</para>
/// <code>
/// Update-SwarmService web -Force
/// </code>
/// </example>
/// <error id="ServiceNotFound">There is no such service.</error>
/// <error id="SecretNotFound">There is no secret of that name.</error>
/// <error id="ConfigNotFound">There is no config of that name.</error>
/// <error id="ServiceNotReplicated"><c>-Replicas</c> was given for a global service.</error>
/// <error id="ConflictingParameters">Two parameters cannot go together; the message names them.</error>
/// <error id="FileNotFound">A file of <c>-EnvFile</c> is not there.</error>
[Cmdlet(VerbsData.Update, "SwarmService", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmServiceInfo))]
public sealed partial class UpdateSwarmServiceCommand : ServiceSettingsCmdlet
{
    /// <summary>Names, ids or beginnings of ids.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Service")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>The image of its containers.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Image { get; set; }

    /// <summary>Replaces tasks even where nothing changed.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Pauses the update that is under way.</summary>
    [Parameter]
    public SwitchParameter Pause { get; set; }

    /// <summary>Lets an update go on that was paused, by failures or by <c>-Pause</c>.</summary>
    [Parameter]
    public SwitchParameter Resume { get; set; }

    /// <summary>Moves tasks to nodes that came or came back after them, where the service is then spread better. It goes alone.</summary>
    [Parameter]
    public SwitchParameter Rebalance { get; set; }

    /// <summary>Gives the service as it is afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override Task AskAsync(SwarmClient swarm, CancellationToken stop) => ForEachAsync(Name, async name =>
    {
        if (Rebalance)
        {
            await RebalanceAsync(swarm, name, stop);
            return;
        }
        if (Pause || Resume)
        {
            await SetRolloutAsync(swarm, name, stop);
            return;
        }
        if (!IsWhatIf && !ShouldProcess(name, "Change the service"))
            return;
        await ResolveAsync(swarm, stop);
        var pin = await PinAsync(swarm, Image, stop);
        var change = new ServiceChange(swarm, name, spec => Pinned(ApplyTo(spec), pin), RegistryCredentials.Of(RegistryCredential));
        if (IsWhatIf)
        {
            Show("Change the service", await change.PlanAsync(stop));
            return;
        }
        await FinishAsync(swarm, await change.PostAsync(Warn, stop), name, PassThru, stop);
    });

    /// <inheritdoc/>
    internal override ServiceSpec ApplyTo(ServiceSpec spec)
    {
        var changed = AmendTask(Amend(base.ApplyTo(spec)));
        var template = changed.TaskTemplate;
        return changed with
        {
            TaskTemplate = template with
            {
                ContainerSpec = Image is null ? template.ContainerSpec : template.ContainerSpec! with { Image = Image },
                ForceUpdate = template.ForceUpdate + (Force ? 1ul : 0),
            },
        };
    }
}
