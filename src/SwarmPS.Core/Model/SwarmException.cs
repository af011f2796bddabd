namespace SwarmPS.Model;

/// <summary>Why a request was refused. Each code has one HTTP status, as in Docker's swarm mode.</summary>
public enum SwarmErrorCode
{
    /// <summary>The request is wrong in itself: 400.</summary>
    InvalidArgument,

    /// <summary>The request does not fit the present state: 400.</summary>
    FailedPrecondition,

    /// <summary>There is no such object: 404.</summary>
    NotFound,

    /// <summary>The name is taken: 409.</summary>
    AlreadyExists,

    /// <summary>The object has changed since the version that was named: 500, as Docker has it.</summary>
    OutOfSequence,

    /// <summary>Not allowed: 403.</summary>
    PermissionDenied,

    /// <summary>Not who it should be: 401.</summary>
    Unauthenticated,

    /// <summary>Not supported: 501.</summary>
    Unimplemented,

    /// <summary>Not now: no swarm, no quorum, not a manager: 503.</summary>
    Unavailable,
}

/// <summary>An expected refusal. The message says what happened, why, and what to do, and never holds a secret.</summary>
public sealed class SwarmException(SwarmErrorCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What clients match on when a version was stale.</summary>
    public const string OutOfSequenceText = "rpc error: code = Unknown desc = update out of sequence";

    /// <summary>Why the request was refused.</summary>
    public SwarmErrorCode Code { get; } = code;

    /// <summary>The object has changed since the version that was named.</summary>
    public static SwarmException OutOfSequence() => new(SwarmErrorCode.OutOfSequence, OutOfSequenceText);

    /// <summary>There is no such object.</summary>
    public static SwarmException NotFound(string kind, string name) => new(SwarmErrorCode.NotFound, $"{kind} {name} not found");

    /// <summary>The request is wrong in itself.</summary>
    public static SwarmException Invalid(string message) => new(SwarmErrorCode.InvalidArgument, message);
}
