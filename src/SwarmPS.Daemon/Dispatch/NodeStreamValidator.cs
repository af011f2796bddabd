using SwarmPS.Daemon.Rpc;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>What may be said to call a node, and what the node may say then.</summary>
internal static class NodeStreamValidator
{
    /// <summary>Bytes of one message: what was found of all networks is the most.</summary>
    public const int MessageBytesMax = 4 << 20;

    /// <summary>Things that a node may have found of its networks.</summary>
    private const int FindingsMax = 50_000;

    /// <summary>Characters of a message for a reader.</summary>
    private const int MessageMax = 64 << 10;

    /// <summary>Throws <see cref="Model.SwarmException"/> (InvalidArgument) where something is wrong with a call.</summary>
    public static void Check(NodeCall wanted)
    {
        MessageRules.Text(wanted.NodeId, MessageRules.IdMax, nameof(wanted.NodeId));
        MessageRules.Require(wanted.Call is not null, nameof(wanted.Call), "it is missing");
        MessageRules.Text(wanted.Call!.Id, MessageRules.IdMax, nameof(wanted.Call.Id));
        MessageRules.Text(wanted.Call.Address, MessageRules.AddressMax, nameof(wanted.Call.Address));
    }

    /// <summary>Throws <see cref="Model.SwarmException"/> (InvalidArgument) where something is wrong with what a node says.</summary>
    public static void Check(NodeStreamUp said)
    {
        MessageRules.Text(said.Id ?? "", MessageRules.IdMax, nameof(said.Id));
        if (said.Output is { } output)
            MessageRules.Bytes(output.Data, MessageBytesMax, nameof(output.Data));
        if (said.Findings is { } findings)
        {
            MessageRules.List(findings, FindingsMax, nameof(said.Findings), finding =>
            {
                MessageRules.Word(finding.Check, nameof(finding.Check));
                MessageRules.Text(finding.NetworkId, MessageRules.IdMax, nameof(finding.NetworkId));
                MessageRules.Text(finding.Network, MessageMax, nameof(finding.Network));
                MessageRules.Text(finding.Other, MessageMax, nameof(finding.Other));
                MessageRules.Text(finding.Message, MessageMax, nameof(finding.Message));
            });
        }
        if (said.Refusal is not { } refusal)
            return;
        MessageRules.Word(refusal.Code, nameof(refusal.Code));
        MessageRules.Text(refusal.Message, MessageMax, nameof(refusal.Message));
    }
}
