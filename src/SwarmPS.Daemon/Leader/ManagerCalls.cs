using Grpc.Core;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Leader;

/// <summary>How a node with a manager's certificate comes into the quorum and out of it.</summary>
internal static class ManagerCalls
{
    private const string Service = "swarmps.Managers";

    /// <summary>The keys that the log and the state are sealed by.</summary>
    public static readonly Method<KeysRequest, KeysAnswer> Keys = RpcMethod.Unary<KeysRequest, KeysAnswer, ManagerEncoders>(Service, "Keys");

    /// <summary>Takes the caller into the quorum; answers once it has caught up and votes.</summary>
    public static readonly Method<JoinRequest, JoinAnswer> Join = RpcMethod.Unary<JoinRequest, JoinAnswer, ManagerEncoders>(Service, "Join");

    /// <summary>Tells the caller what it is. Only a leader that a majority follows answers.</summary>
    public static readonly Method<StandingRequest, StandingAnswer> Standing = RpcMethod.Unary<StandingRequest, StandingAnswer, ManagerEncoders>(Service, "Standing");

    /// <summary>Takes the caller out of the quorum, where that can do without it; answers when it is out.</summary>
    public static readonly Method<LeaveRequest, LeaveAnswer> Leave = RpcMethod.Unary<LeaveRequest, LeaveAnswer, ManagerEncoders>(Service, "Leave");
}

/// <summary>Asks for the keys.</summary>
internal sealed record KeysRequest;

/// <summary>The keys, as the keyring exports them.</summary>
/// <param name="Keys">The keys, in the clear: they travel by mutual TLS alone.</param>
/// <param name="Members">The quorum's members: where their logs listen, <c>IP:PORT</c>.</param>
/// <param name="MembersEntry">The entry that these are of: what the log says of members up to there is of an earlier time.</param>
/// <param name="Managers">All managers: whom the caller lets in until it has read the log. Null from a manager that does not say.</param>
/// <param name="UnlockKey">What seals the caller's keyring from the beginning; null where managers start unlocked.</param>
internal sealed record KeysAnswer(byte[] Keys, ValueList<string>? Members = null, long MembersEntry = 0, ValueList<ManagerAddress>? Managers = null, string? UnlockKey = null)
{
    /// <summary>Never the keys: this text may end up in a log.</summary>
    public override string ToString() => "KeysAnswer { … }";
}

/// <summary>Asks to be taken in.</summary>
/// <param name="Address">Where nodes reach the caller: <c>IP:PORT</c>. Its log listens on the port after it.</param>
internal sealed record JoinRequest(string Address);

/// <summary>It is a member.</summary>
internal sealed record JoinAnswer;

/// <summary>Asks what the caller is.</summary>
/// <param name="Address">Where nodes reach the caller: <c>IP:PORT</c>.</param>
internal sealed record StandingRequest(string Address);

/// <summary>What the caller is.</summary>
/// <param name="Role">Worker or manager.</param>
/// <param name="IsMember">Whether it is a member of the quorum.</param>
/// <param name="Managers">All managers.</param>
internal sealed record StandingAnswer(NodeRole Role, bool IsMember, ValueList<ManagerAddress> Managers);

/// <summary>Asks to be taken out.</summary>
/// <param name="IsRejoining">
/// Whether the caller stays a manager, and comes back as a new member: it has lost its log, and with it how it voted.
/// </param>
internal sealed record LeaveRequest(bool IsRejoining = false);

/// <summary>It is no member.</summary>
internal sealed record LeaveAnswer;

/// <summary>How the messages are written and read.</summary>
[Encodes<KeysRequest>]
[Encodes<KeysAnswer>]
[Encodes<JoinRequest>]
[Encodes<JoinAnswer>]
[Encodes<StandingRequest>]
[Encodes<StandingAnswer>]
[Encodes<LeaveRequest>]
[Encodes<LeaveAnswer>]
internal sealed partial class ManagerEncoders;
