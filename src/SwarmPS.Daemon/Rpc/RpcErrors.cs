using Grpc.Core;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Rpc;

/// <summary>Refusals as they travel between nodes: each code of ours has one of gRPC's, and the message goes along.</summary>
internal static class RpcErrors
{
    /// <summary>The trailer that names the leader's address, with an answer of <see cref="StatusCode.FailedPrecondition"/>.</summary>
    public const string LeaderTrailer = "swarm-leader";

    /// <summary>Stands for the leader's address where nobody is known to lead: a trailer without a value does not arrive.</summary>
    private const string Nobody = "none";

    /// <summary>A refusal as it is sent; null for what is none.</summary>
    public static RpcException? TryToRpc(Exception fault) => fault switch
    {
        // It led when it was asked. Whoever leads next answers as if it had been asked first.
        SwarmException { InnerException: WriterEndedException } => ToRpc(new NotLeadingException(null)),
        SwarmException refusal => ToRpc(refusal),
        NotLeadingException refusal => ToRpc(refusal),
        _ => null,
    };

    /// <summary>A refusal as it is sent.</summary>
    public static RpcException ToRpc(SwarmException refusal) => new(new(StatusOf(refusal.Code), refusal.Message));

    /// <summary>Says who leads instead.</summary>
    public static RpcException ToRpc(NotLeadingException refusal) =>
        new(new(StatusCode.FailedPrecondition, refusal.Message), new Metadata { { LeaderTrailer, refusal.Leader ?? Nobody } });

    /// <summary>What an answer of another node means here: <see cref="NotLeadingException"/> or <see cref="SwarmException"/>.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="address">Where the other node is.</param>
    /// <param name="why">What this end knows of a connection that did not come about, or null.</param>
    public static Exception From(RpcException answer, string address, string? why)
    {
        if (answer.StatusCode is StatusCode.FailedPrecondition && answer.Trailers.GetValue(LeaderTrailer) is { } leader)
            return new NotLeadingException(leader == Nobody ? null : leader);
        var detail = answer.Status.Detail;
        return answer.StatusCode switch
        {
            StatusCode.InvalidArgument => new SwarmException(SwarmErrorCode.InvalidArgument, detail, answer),
            StatusCode.FailedPrecondition => new SwarmException(SwarmErrorCode.FailedPrecondition, detail, answer),
            StatusCode.NotFound => new SwarmException(SwarmErrorCode.NotFound, detail, answer),
            StatusCode.AlreadyExists => new SwarmException(SwarmErrorCode.AlreadyExists, detail, answer),
            StatusCode.Aborted => new SwarmException(SwarmErrorCode.OutOfSequence, detail, answer),
            StatusCode.PermissionDenied => new SwarmException(SwarmErrorCode.PermissionDenied, detail, answer),
            StatusCode.Unauthenticated => new SwarmException(SwarmErrorCode.Unauthenticated, detail, answer),
            StatusCode.Unimplemented => new SwarmException(SwarmErrorCode.Unimplemented, detail, answer),
            _ when why is not null => new SwarmException(SwarmErrorCode.Unavailable, $"The manager at {address} cannot be trusted: {why}", answer),
            _ when answer.Status.DebugException is { } broken => new SwarmException(
                SwarmErrorCode.Unavailable,
                $"The manager at {address} is not reached: {broken.GetBaseException().Message.TrimEnd('.')}. See to it that it runs, that the address and port are right, and that no firewall is between.",
                answer),
            _ => new SwarmException(SwarmErrorCode.Unavailable, detail, answer),
        };
    }

    private static StatusCode StatusOf(SwarmErrorCode code) => code switch
    {
        SwarmErrorCode.InvalidArgument => StatusCode.InvalidArgument,
        SwarmErrorCode.FailedPrecondition => StatusCode.FailedPrecondition,
        SwarmErrorCode.NotFound => StatusCode.NotFound,
        SwarmErrorCode.AlreadyExists => StatusCode.AlreadyExists,
        SwarmErrorCode.OutOfSequence => StatusCode.Aborted,
        SwarmErrorCode.PermissionDenied => StatusCode.PermissionDenied,
        SwarmErrorCode.Unauthenticated => StatusCode.Unauthenticated,
        SwarmErrorCode.Unimplemented => StatusCode.Unimplemented,
        SwarmErrorCode.Unavailable => StatusCode.Unavailable,
    };
}

/// <summary>The manager that was asked does not lead, and only the leader can answer.</summary>
/// <param name="leader">Where the leader is, <c>IP:PORT</c>; null where it is not known.</param>
internal sealed class NotLeadingException(string? leader) : Exception(
    leader is null ? "This manager does not lead, and knows of no leader: an election is under way, or not enough managers are reachable." : $"This manager does not lead; {leader} does.")
{
    /// <summary>Where the leader is; null where it is not known.</summary>
    public string? Leader { get; } = leader;
}
