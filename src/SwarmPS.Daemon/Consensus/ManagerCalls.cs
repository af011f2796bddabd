using Grpc.Core;
using PolyType;
using SwarmPS.Daemon.Rpc;

namespace SwarmPS.Daemon.Consensus;

/// <summary>How a manager gets into the quorum.</summary>
internal static class ManagerCalls
{
    private const string Service = "swarmps.Managers";

    /// <summary>The data keys that the log is sealed by: what a manager needs before it takes part.</summary>
    public static readonly Method<KeysRequest, KeysAnswer> Keys = RpcMethod.Unary<KeysRequest, KeysAnswer, ManagerShapes>(Service, "ManagerKeys");

    /// <summary>Takes in a manager that listens; answers once it has caught up and votes.</summary>
    public static readonly Method<ManagerJoinRequest, ManagerJoinAnswer> Join = RpcMethod.Unary<ManagerJoinRequest, ManagerJoinAnswer, ManagerShapes>(Service, "ManagerJoin");
}

/// <summary>Asks for the data keys.</summary>
internal sealed record KeysRequest;

/// <summary>The data keys.</summary>
/// <param name="Keys">The keys, as the keyring hands them over.</param>
internal sealed record KeysAnswer(byte[] Keys)
{
    /// <summary>Never the keys: this text may end up in a log.</summary>
    public override string ToString() => "KeysAnswer { … }";
}

/// <summary>Asks to be taken in.</summary>
/// <param name="Address">Where nodes reach the manager, <c>IP:PORT</c>; its log's traffic has the port after that.</param>
internal sealed record ManagerJoinRequest(string Address);

/// <summary>The manager is a member.</summary>
internal sealed record ManagerJoinAnswer;

/// <summary>The messages' shapes.</summary>
[GenerateShapeFor<KeysRequest>]
[GenerateShapeFor<KeysAnswer>]
[GenerateShapeFor<ManagerJoinRequest>]
[GenerateShapeFor<ManagerJoinAnswer>]
internal sealed partial class ManagerShapes;
