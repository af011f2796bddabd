using SwarmPS.Daemon.Rpc;

namespace SwarmPS.Daemon.Security;

/// <summary>What may be said to get a certificate.</summary>
internal static class CertificateValidator
{
    private const int RequestBytesMax = 8 << 10;
    private const int TokenMax = 512;

    /// <summary>Throws <see cref="Model.SwarmException"/> (InvalidArgument) where something is wrong.</summary>
    public static void Check(IssueRequest asked)
    {
        MessageRules.Bytes(asked.Request, RequestBytesMax, nameof(asked.Request));
        MessageRules.Text(asked.Token, TokenMax, nameof(asked.Token));
        if (asked.Availability is { } availability)
            MessageRules.Word(availability, nameof(asked.Availability));
    }

    /// <summary>Throws <see cref="Model.SwarmException"/> (InvalidArgument) where something is wrong.</summary>
    public static void Check(RenewRequest asked) => MessageRules.Bytes(asked.Request, RequestBytesMax, nameof(asked.Request));
}
