using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>Takes a service back to the spec it had before its last update, and waits until its tasks are those of that spec.</summary>
/// <remarks>
/// <para>Tasks are replaced by the rules of the rollback settings (<c>-RollbackParallelism</c>, <c>-RollbackOrder</c>, …). One spec is
/// kept to go back to, so undoing twice brings the update back. The number of replicas is no part of it: a service that was resized
/// since keeps its size.</para>
/// </remarks>
/// <example>
/// <para>Goes back to the image before.</para>
/// <code>
/// Undo-SwarmServiceUpdate web
/// </code>
/// </example>
/// <example>
/// <para>Takes back the updates of all services that are being updated or were paused by failures.</para>
/// <code>
/// Get-SwarmService | Where-Object UpdateState -In Updating, Paused | Undo-SwarmServiceUpdate -NoWait
/// </code>
/// </example>
/// <error id="InvalidArgument">The service was never updated, or its failed update was rolled back already: there is no spec to go back to.</error>
[Cmdlet(VerbsCommon.Undo, "SwarmServiceUpdate", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmServiceInfo))]
public sealed class UndoSwarmServiceUpdateCommand : NamedServicesCmdlet
{
    private protected override bool GoesBack => true;

    /// <inheritdoc/>
    private protected override async Task AskAsync(SwarmClient swarm, string name, CancellationToken stop)
    {
        const string Action = "Go back to the spec before the last update";
        if (IsWhatIf)
        {
            Show(Action, await Revisions.RetryAsync(async () => await swarm.PlanRollbackAsync(await swarm.GetServiceAsync(name, stop), stop)));
            return;
        }
        if (!ShouldProcess(name, Action))
            return;
        var id = await Revisions.RetryAsync(async () =>
        {
            var service = await swarm.GetServiceAsync(name, stop);
            Warn((await swarm.RollBackServiceAsync(service, stop)).Warnings);
            return service.Id;
        });
        await FinishAsync(swarm, id, name, PassThru, stop);
    }
}
