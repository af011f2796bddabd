using System.Management.Automation;

namespace SwarmPS.Cmdlets;

/// <summary>Takes the connected node out of its swarm; its tasks stop. On the last manager the swarm's state is gone, so that takes -Force.</summary>
[Cmdlet(VerbsCommon.Exit, "Swarm", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class ExitSwarmCommand : SwarmCmdlet
{
    /// <summary>Leave though this node is a manager; nothing is asked then.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override object? Target => SwarmConnection.Current.Address;

    /// <inheritdoc/>
    protected override async Task AskAsync(CancellationToken stop)
    {
        const string Action = "Leave the swarm: stop its tasks on this node and remove its state";
        if (Force && !MyInvocation.BoundParameters.ContainsKey("WhatIf") && !MyInvocation.BoundParameters.ContainsKey("Confirm"))
            WriteVerbose($"{Action} ({SwarmConnection.Current.Address})");
        else if (!ShouldProcess(SwarmConnection.Current.Address, Action))
            return;
        await Swarm.LeaveSwarmAsync(Force, stop);
    }
}
