using System.Net;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Model.Validation;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>What a node may say in its session.</summary>
internal static class SessionUpValidator
{
    /// <summary>Characters of what a node says is wrong with its networks; its status keeps fewer.</summary>
    private const int FaultMax = 64 << 10;

    /// <summary>Networks that it may name as not applied; its status keeps fewer.</summary>
    private const int UnappliedMax = 10_000;

    /// <summary>Throws <see cref="Model.SwarmException"/> (InvalidArgument) where something is wrong.</summary>
    public static void Check(SessionUp said)
    {
        if (said.Description is { } description)
            MessageRules.None(ReportRules.Check(description), nameof(said.Description));
        MessageRules.Require(said.Address is null || IPAddress.TryParse(said.Address, out _), nameof(said.Address), "it is not an address");
        if (said.Condition is not { } condition)
            return;
        MessageRules.Text(condition.Fault ?? "", FaultMax, nameof(condition.Fault));
        MessageRules.List(condition.Unapplied, UnappliedMax, nameof(condition.Unapplied), id => MessageRules.Text(id, MessageRules.IdMax, nameof(condition.Unapplied)));
    }
}
