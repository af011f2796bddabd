using System.Management.Automation;
using System.Net;
using SwarmPS.Api;

namespace SwarmPS.Cmdlets;

/// <summary>Turns what went wrong into error records. The ids are stable: scripts match on them.</summary>
internal static class SwarmErrors
{
    /// <summary>Whether nothing else of the pipeline can work either.</summary>
    public static bool EndsAll(Exception fault) => fault is SwarmUnreachableException;

    public static ErrorRecord Describe(Exception fault, object? target)
    {
        var (id, category) = Classify(fault);
        return new(fault, id, category, target);
    }

    private static (string Id, ErrorCategory Category) Classify(Exception fault) => fault switch
    {
        SwarmUnreachableException { Reason: UnreachableReason.PermissionDenied } => ("SwarmPermissionDenied", ErrorCategory.PermissionDenied),
        SwarmUnreachableException { Reason: UnreachableReason.NotRunning } => ("SwarmDaemonNotRunning", ErrorCategory.ResourceUnavailable),
        SwarmUnreachableException => ("SwarmConnectionBroken", ErrorCategory.ConnectionError),
        SwarmApiException { IsOutOfSequence: true } => ("SwarmOutOfSequence", ErrorCategory.ResourceBusy),
        SwarmApiException refusal => Classify(refusal.Status),
        ConvergenceException => ("SwarmNotConverged", ErrorCategory.OperationStopped),
        TimeoutException => ("SwarmTimeout", ErrorCategory.OperationTimeout),
        FormatException or ArgumentException => ("SwarmInvalidArgument", ErrorCategory.InvalidArgument),
        FileNotFoundException => ("SwarmFileNotFound", ErrorCategory.ObjectNotFound),
        _ => ("SwarmFailed", ErrorCategory.NotSpecified),
    };

    private static (string Id, ErrorCategory Category) Classify(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest => ("SwarmInvalidArgument", ErrorCategory.InvalidArgument),
        HttpStatusCode.Unauthorized => ("SwarmUnauthenticated", ErrorCategory.AuthenticationError),
        HttpStatusCode.Forbidden => ("SwarmPermissionDenied", ErrorCategory.PermissionDenied),
        HttpStatusCode.NotFound => ("SwarmObjectNotFound", ErrorCategory.ObjectNotFound),
        HttpStatusCode.Conflict => ("SwarmResourceExists", ErrorCategory.ResourceExists),
        HttpStatusCode.NotImplemented => ("SwarmNotSupported", ErrorCategory.NotImplemented),
        HttpStatusCode.ServiceUnavailable => ("SwarmUnavailable", ErrorCategory.ResourceUnavailable),
        _ => ("SwarmFailed", ErrorCategory.InvalidOperation),
    };
}
