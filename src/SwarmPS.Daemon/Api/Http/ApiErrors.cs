using Microsoft.AspNetCore.Http;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api.Http;

/// <summary>Refusals as the Engine API shows them: a status and <c>{"message": …}</c>.</summary>
internal static class ApiErrors
{
    private static readonly object Torn = new();

    /// <summary>Whether an answer was broken off by <see cref="WriteAsync"/>.</summary>
    public static bool IsTorn(HttpContext context) => context.Items.ContainsKey(Torn);

    /// <summary>The status of a code.</summary>
    public static int StatusOf(SwarmErrorCode code) => code switch
    {
        SwarmErrorCode.InvalidArgument => StatusCodes.Status400BadRequest,
        SwarmErrorCode.FailedPrecondition => StatusCodes.Status400BadRequest,
        SwarmErrorCode.NotFound => StatusCodes.Status404NotFound,
        SwarmErrorCode.AlreadyExists => StatusCodes.Status409Conflict,
        SwarmErrorCode.OutOfSequence => StatusCodes.Status500InternalServerError,
        SwarmErrorCode.PermissionDenied => StatusCodes.Status403Forbidden,
        SwarmErrorCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        SwarmErrorCode.Unimplemented => StatusCodes.Status501NotImplemented,
        SwarmErrorCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
    };

    /// <summary>Answers with a refusal; where the answer has begun already, breaks it off, so that the client sees it is not whole.</summary>
    public static async Task WriteAsync(HttpContext context, int status, string message)
    {
        if (JsonAnswer.HasBegun(context))
        {
            context.Items[Torn] = true;
            context.Abort();
            return;
        }
        context.Response.ContentLength = null;
        await JsonAnswer.WriteAsync(context.Response, new ErrorBody(message), status, context.RequestAborted).ConfigureAwait(false);
    }

    private sealed record ErrorBody([property: Newtonsoft.Json.JsonProperty("message")] string Message);
}
