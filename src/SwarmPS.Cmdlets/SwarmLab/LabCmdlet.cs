using System.Management.Automation;
using SwarmPS.Cmdlets.Lab;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmLab;

/// <summary>What all cmdlets for labs share: a lab needs Linux and root, and what goes wrong in it is told with a stable id.</summary>
public abstract class LabCmdlet : SessionCmdlet
{
    /// <inheritdoc/>
    protected override string Subject => "Lab";

    /// <summary>The labs of this machine.</summary>
    private protected LabStore Store { get; } = new(LabStore.Default);

    /// <inheritdoc/>
    protected sealed override async Task AskAsync(CancellationToken stop)
    {
        if (LabControl.Obstacle() is { } obstacle)
            throw new SwarmFailureException("LabNotSupported", ErrorCategory.NotImplemented, obstacle);
        try
        {
            await RunAsync(new LabControl(Store), stop);
        }
        catch (LabException fault)
        {
            throw new SwarmFailureException(fault.Id, CategoryOf(fault.Id), fault.Message, fault);
        }
    }

    /// <summary>Does the cmdlet's work.</summary>
    private protected abstract Task RunAsync(LabControl labs, CancellationToken stop);

    private static ErrorCategory CategoryOf(string id) => id switch
    {
        "LabNotFound" or "LabNodeNotFound" or "LabFileNotFound" => ErrorCategory.ObjectNotFound,
        "LabTimeout" => ErrorCategory.OperationTimeout,
        "LabExists" or "LabFolderInUse" => ErrorCategory.ResourceExists,
        "LabNoSubnet" => ErrorCategory.ResourceUnavailable,
        "LabNameInvalid" or "LabSizeInvalid" or "LabFolderTooLong" => ErrorCategory.InvalidArgument,
        _ => ErrorCategory.InvalidResult,
    };
}
