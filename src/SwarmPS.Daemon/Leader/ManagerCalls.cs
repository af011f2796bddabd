using Grpc.Core;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;

namespace SwarmPS.Daemon.Leader;

/// <summary>How a node with a manager's certificate comes into the quorum and out of it.</summary>
internal static class ManagerCalls
{
    private const string Service = "swarmps.Managers";

    /// <summary>The keys that the log and the state are sealed by.</summary>
    public static readonly Method<KeysRequest, KeysAnswer> Keys = RpcMethod.Unary<KeysRequest, KeysAnswer, ManagerEncoders>(Service, "Keys");

    /// <summary>Takes the caller into the quorum; answers once it has caught up and votes.</summary>
    public static readonly Method<JoinRequest, JoinAnswer> Join = RpcMethod.Unary<JoinRequest, JoinAnswer, ManagerEncoders>(Service, "Join");

    /// <summary>Takes the caller out of the quorum, where that can do without it.</summary>
    public static readonly Method<LeaveRequest, LeaveAnswer> Leave = RpcMethod.Unary<LeaveRequest, LeaveAnswer, ManagerEncoders>(Service, "Leave");
}

/// <summary>Asks for the keys.</summary>
internal sealed record KeysRequest;

/// <summary>The keys, as the keyring exports them.</summary>
/// <param name="Keys">The keys, in the clear: they travel by mutual TLS alone.</param>
internal sealed record KeysAnswer(byte[] Keys)
{
    /// <summary>Never the keys: this text may end up in a log.</summary>
    public override string ToString() => "KeysAnswer { … }";
}

/// <summary>Asks to be taken in.</summary>
/// <param name="Address">Where nodes reach the caller: <c>IP:PORT</c>. Its log listens on the port after it.</param>
internal sealed record JoinRequest(string Address);

/// <summary>It is a member.</summary>
internal sealed record JoinAnswer;

/// <summary>Asks to be taken out.</summary>
/// <param name="OnlyIfDemoted">
/// Whether a caller that is to be a manager stays one. What made it ask may be an old demotion, read again from the log.
/// </param>
/// <param name="IsRejoining">
/// Whether the caller stays a manager, and comes back as a new member: it has lost its log, and with it how it voted.
/// </param>
internal sealed record LeaveRequest(bool OnlyIfDemoted = false, bool IsRejoining = false);

/// <summary>Where the caller stands now.</summary>
/// <param name="IsMember">Whether it is a member still.</param>
internal sealed record LeaveAnswer(bool IsMember = false);

/// <summary>How the messages are written and read.</summary>
[Encodes<KeysRequest>]
[Encodes<KeysAnswer>]
[Encodes<JoinRequest>]
[Encodes<JoinAnswer>]
[Encodes<LeaveRequest>]
[Encodes<LeaveAnswer>]
internal sealed partial class ManagerEncoders;
