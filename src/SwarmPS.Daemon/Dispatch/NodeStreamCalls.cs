using Grpc.Core;
using SwarmPS.Api;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>
/// How a manager gets at a task on another node, though no node but managers listens: it has the leader tell the node, by the node's
/// session; the node comes to the manager with a stream, and there it is asked. What goes through the stream never touches the leader.
/// </summary>
internal static class NodeStreamCalls
{
    private const string Service = "swarmps.NodeStreams";

    /// <summary>A manager asks the leader to call a node.</summary>
    public static readonly Method<NodeCall, NodeCalled> Call = RpcMethod.Unary<NodeCall, NodeCalled, NodeStreamEncoders>(Service, "Call");

    /// <summary>A node comes to the manager that had it called.</summary>
    public static readonly Method<NodeStreamUp, NodeStreamDown> Attend =
        RpcMethod.Duplex<NodeStreamUp, NodeStreamDown, NodeStreamEncoders>(Service, "Attend", NodeStreamValidator.MessageBytesMax);
}

/// <summary>A node is to be called.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="Call">Where to, and by which word.</param>
internal sealed record NodeCall(string NodeId, StreamCall Call);

/// <summary>It has been told.</summary>
internal sealed record NodeCalled;

/// <summary>What a node says in a stream; each message has one of these.</summary>
internal sealed record NodeStreamUp
{
    /// <summary>The call it answers, in the first message.</summary>
    public string? Id { get; init; }

    /// <summary>The command has been started.</summary>
    public bool Started { get; init; }

    /// <summary>The piece of input that came last was taken: the next one may come.</summary>
    public bool Took { get; init; }

    /// <summary>A piece of output.</summary>
    public StreamOutput? Output { get; init; }

    /// <summary>The command has ended.</summary>
    public StreamEnd? End { get; init; }

    /// <summary>What was found of the node's networks.</summary>
    public ValueList<NetworkFinding>? Findings { get; init; }

    /// <summary>What was asked for cannot be, or cannot go on.</summary>
    public StreamRefusal? Refusal { get; init; }
}

/// <summary>A piece of output.</summary>
/// <param name="Stderr">Whether it came from standard error.</param>
/// <param name="Data">The bytes.</param>
internal sealed record StreamOutput(bool Stderr, byte[] Data);

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">Its exit code; null where it runs on.</param>
internal sealed record StreamEnd(int? ExitCode);

/// <summary>Why something cannot be.</summary>
/// <param name="Code">The kind of refusal.</param>
/// <param name="Message">What happened.</param>
internal sealed record StreamRefusal(SwarmErrorCode Code, string Message);

/// <summary>What a node is asked in a stream: first for output or for a command, later what that command is to get.</summary>
internal sealed record NodeStreamDown
{
    /// <summary>The task, in the first message.</summary>
    public string? TaskId { get; init; }

    /// <summary>The output that is wanted.</summary>
    public TaskLogOptions? Logs { get; init; }

    /// <summary>The command that is wanted.</summary>
    public TaskExecRequest? Command { get; init; }

    /// <summary>The networks to be tried, by id, none for all; null where none is to be.</summary>
    public ValueList<string>? CheckNetworks { get; init; }

    /// <summary>Input of the command.</summary>
    public byte[]? Input { get; init; }

    /// <summary>Whether there is no more input.</summary>
    public bool InputEnds { get; init; }

    /// <summary>The terminal's new size.</summary>
    public TerminalSize? Size { get; init; }
}

/// <summary>How the messages are written and read.</summary>
[Encodes<NodeCall>]
[Encodes<NodeCalled>]
[Encodes<NodeStreamUp>]
[Encodes<NodeStreamDown>]
internal sealed partial class NodeStreamEncoders;
