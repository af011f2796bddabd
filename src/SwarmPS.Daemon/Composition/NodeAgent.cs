using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Networking;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;

namespace SwarmPS.Daemon.Composition;

/// <summary>The part that workers and managers have in common: the agent beside its engine.</summary>
internal sealed class NodeAgent : IDisposable
{
    private readonly DockerEngine engine;
    private readonly NodePlane plane;
    private readonly AgentLoop agent;
    private readonly StreamAnswers answers;

    /// <summary>An agent that does nothing until it runs.</summary>
    public NodeAgent(
        DaemonOptions options, SwarmDirectory directory, NodeFile node, IDispatcher dispatcher, ManagerChannels channels, TimeProvider clock, ILoggerFactory logging)
    {
        engine = new(DaemonOptions.UnixPath("--engine", options.Engine));
        // Another one each time: what is sealed is counted from the beginning again.
        var tunnelId = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;
        plane = new(new() { SwarmId = node.SwarmId, RuntimeFolder = $"/run/swarmps/networks/{node.SwarmId}.{node.NodeId}", DataPath = node.DataPathAddr ?? "", TunnelId = tunnelId }, engine, clock, logging.CreateLogger<NodePlane>());
        agent = new(Options(options, directory, node) with { TunnelId = tunnelId }, dispatcher, engine, clock, logging.CreateLogger<AgentLoop>()) { Called = call => answers!.Take(call), Plane = plane };
        Logs = new TaskLogs(agent, engine);
        Processes = new TaskProcesses(agent, engine);
        Checks = new NetworkChecks(plane);
        answers = new(channels, Logs, Processes, Checks, logging.CreateLogger<StreamAnswers>());
    }

    /// <summary>The output of this node's tasks.</summary>
    public ITaskLogs Logs { get; }

    /// <summary>Commands in this node's tasks.</summary>
    public ITaskProcesses Processes { get; }

    /// <summary>Trials of this node's networks.</summary>
    public INetworkChecks Checks { get; }

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await using var streams = answers.ConfigureAwait(false);
        await using var networks = plane.ConfigureAwait(false);
        await agent.RunAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Stops and removes this swarm's containers here; false where the engine is out of reach. Not while it runs.</summary>
    public async Task<bool> RemoveAllAsync(CancellationToken stop)
    {
        try
        {
            await agent.RemoveAllAsync(stop).ConfigureAwait(false);
            return true;
        }
        catch (EngineUnreachableException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => engine.Dispose();

    /// <summary>The agent has a key of its own: a worker has no other, and a manager's go when they are rotated.</summary>
    private static AgentOptions Options(DaemonOptions options, SwarmDirectory directory, NodeFile node)
    {
        var isKept = File.Exists(directory.AgentKeyring);
        var lockedBy = KeyEncryptionKey.FromFile(directory.AgentKeyFile, create: !isKept);
        var keyring = isKept ? Keyring.Open(directory.AgentKeyring, lockedBy) : Keyring.Create(directory.AgentKeyring, lockedBy);
        var context = "agent"u8.ToArray();
        return new()
        {
            NodeId = node.NodeId,
            SwarmId = node.SwarmId,
            DataRoot = directory.Root,
            Hostname = options.Hostname,
            DataPathAddr = node.DataPathAddr,
            Seal = plain => keyring.Seal(plain, context),
            Unseal = message => keyring.Open(message, context),
        };
    }
}
