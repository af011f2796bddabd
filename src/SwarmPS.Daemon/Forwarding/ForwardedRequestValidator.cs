using SwarmPS.Daemon.Rpc;

namespace SwarmPS.Daemon.Forwarding;

/// <summary>What a manager may forward for its client. Whether the request is right, the API says as for its own clients.</summary>
internal static class ForwardedRequestValidator
{
    private const int MethodMax = 16;
    private const int LineMax = 64 << 10;
    private const int HeadersMax = 64;

    /// <summary>Throws <see cref="Model.SwarmException"/> (InvalidArgument) where something is wrong.</summary>
    public static void Check(ForwardedRequest request)
    {
        MessageRules.Text(request.Method, MethodMax, nameof(request.Method));
        MessageRules.Text(request.Path, LineMax, nameof(request.Path));
        MessageRules.Text(request.Query, LineMax, nameof(request.Query));
        MessageRules.Bytes(request.Body, NodeListener.MessageBytesMax, nameof(request.Body));
        MessageRules.Require(request.Headers is not null, nameof(request.Headers), "they are missing");
        MessageRules.List(request.Headers!.Values, HeadersMax, nameof(request.Headers), value => MessageRules.Text(value, LineMax, nameof(request.Headers)));
    }
}
