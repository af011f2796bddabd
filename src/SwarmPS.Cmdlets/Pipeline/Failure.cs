using System.Management.Automation;
using System.Net;
using Newtonsoft.Json;
using SwarmPS.Api;

namespace SwarmPS.Cmdlets.Pipeline;

/// <summary>What PowerShell is told of an expected failure: scripts match on the id and the category.</summary>
internal sealed record Failure(string Id, ErrorCategory Category, Exception Fault, bool IsTerminating = false)
{
    private static readonly string[] Subjects = ["Service", "Node", "Task", "Network", "Secret", "Config", "Swarm"];

    /// <summary>What is told of <paramref name="fault"/>; null for what is none of ours to explain.</summary>
    /// <param name="fault">What went wrong.</param>
    /// <param name="subject">What the cmdlet is about.</param>
    public static Failure? Of(Exception fault, string subject) => fault switch
    {
        SwarmApiException refusal when Missing.Of(refusal) is { } missing => new($"{missing.Subject}NotFound", ErrorCategory.ObjectNotFound, missing.ToFault([], refusal)),
        SwarmApiException refusal => OfRefusal(refusal, subject),
        SwarmUnreachableException unreachable => OfUnreachable(unreachable),
        SwarmFailureException failure => new(failure.Id, failure.Category, failure),
        FormatException => new("InvalidArgument", ErrorCategory.InvalidArgument, fault),
        JsonException or InvalidDataException or EndOfStreamException => new("UnexpectedAnswer", ErrorCategory.ProtocolError, fault),
        FileNotFoundException or DirectoryNotFoundException => new("FileNotFound", ErrorCategory.ObjectNotFound, fault),
        UnauthorizedAccessException => new("FileNotReadable", ErrorCategory.PermissionDenied, fault),
        IOException => new("ConnectionBroken", ErrorCategory.ConnectionError, fault),
        _ => null,
    };

    /// <summary>The error as PowerShell has it.</summary>
    /// <param name="target">What it is about.</param>
    public ErrorRecord ToRecord(object? target) => new(Fault, Id, Category, target);

    private static Failure OfRefusal(SwarmApiException refusal, string subject)
    {
        if (refusal.IsOutOfSequence)
            return new("UpdateOutOfSequence", ErrorCategory.ResourceBusy, refusal);
        var (id, category) = refusal.Status switch
        {
            HttpStatusCode.NotFound => ($"{Named(refusal.Message) ?? subject}NotFound", ErrorCategory.ObjectNotFound),
            HttpStatusCode.Conflict => ($"{subject}Exists", ErrorCategory.ResourceExists),
            HttpStatusCode.BadRequest when refusal.Message.Contains(" is in use by ", StringComparison.Ordinal) => ($"{subject}InUse", ErrorCategory.ResourceBusy),
            HttpStatusCode.BadRequest => ("InvalidArgument", ErrorCategory.InvalidArgument),
            HttpStatusCode.Unauthorized => ("AuthenticationFailed", ErrorCategory.AuthenticationError),
            HttpStatusCode.Forbidden => ("PermissionDenied", ErrorCategory.PermissionDenied),
            HttpStatusCode.NotImplemented => ("NotSupported", ErrorCategory.NotImplemented),
            HttpStatusCode.ServiceUnavailable => ("SwarmUnavailable", ErrorCategory.ResourceUnavailable),
            HttpStatusCode.RequestTimeout or HttpStatusCode.GatewayTimeout => ("RequestTimeout", ErrorCategory.OperationTimeout),
            _ => ("DaemonError", ErrorCategory.InvalidResult),
        };
        return new(id, category, refusal);
    }

    /// <summary>Nothing that follows in the pipeline could work either.</summary>
    private static Failure OfUnreachable(SwarmUnreachableException fault) => fault.Reason switch
    {
        UnreachableReason.NotRunning => new("DaemonNotRunning", ErrorCategory.ConnectionError, fault, IsTerminating: true),
        UnreachableReason.PermissionDenied => new("SocketPermissionDenied", ErrorCategory.PermissionDenied, fault, IsTerminating: true),
        UnreachableReason.Broken => new("ConnectionBroken", ErrorCategory.ConnectionError, fault, IsTerminating: true),
        UnreachableReason.NotTrusted => new("DaemonNotTrusted", ErrorCategory.AuthenticationError, fault, IsTerminating: true),
    };

    /// <summary>What the daemon's message names: <c>network web not found</c> is no missing service.</summary>
    private static string? Named(string message) =>
        Array.Find(Subjects, subject => message.StartsWith(subject + " ", StringComparison.OrdinalIgnoreCase));
}
