using Microsoft.Extensions.Logging.Abstractions;
using SwarmPS.Api;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Composition.StateFiles;

/// <summary>What a node must not lose, each part in an order of its own.</summary>
internal static class StateView
{
    /// <summary>What an agent's task begins with.</summary>
    public const string KeptTask = "kept task ";

    /// <summary>What the files of the node itself say: who it is, whom it trusts, and which managers it knows.</summary>
    public static IReadOnlyList<string> OfNode(SwarmDirectory directory)
    {
        var files = NodeCertificate.Read(directory.Certificates);
        using var identity = NodeIdentity.Load(files);
        return
        [
            $"node {NodeFile.Load(directory.NodeFile)}",
            $"subject {identity.Subject}",
            $"certificate {identity.Certificate.Thumbprint}",
            $"key {files.KeyPem.Trim()}",
            $"roots {identity.RootPem}",
            .. ManagerList.Load(directory.ManagersFile).Known.Select(manager => $"manager {manager}"),
        ];
    }

    /// <summary>What the swarm's state says, without what changes by itself.</summary>
    public static IReadOnlyList<string> OfStore(Snapshot state) =>
        [.. state.AllObjects().Select(value => $"{value.Kind} {value.Id} {Lasting(value)}").Order(StringComparer.Ordinal)];

    /// <summary>The agent's tasks. Not while another connection writes.</summary>
    public static IReadOnlyList<string> OfAgent(SwarmDirectory directory)
    {
        var keyring = Keyring.Open(directory.AgentKeyring, KeyEncryptionKey.FromFile(directory.AgentKeyFile));
        var options = new AgentOptions
        {
            NodeId = "",
            SwarmId = "",
            DataRoot = directory.Root,
            Unseal = message => keyring.Open(message, "agent"u8),
        };
        using var database = AgentDatabase.Open(options, TimeProvider.System, NullLogger.Instance);
        return [.. database.Load().Select(kept => $"{KeptTask}{kept.Task.Id} {ApiJson.Write(kept.Task.Spec)}").Order(StringComparer.Ordinal)];
    }

    /// <summary>The tasks of an agent that runs, from a copy of its files; a copy that is not whole has fewer.</summary>
    public static IReadOnlyList<string> OfRunningAgent(SwarmDirectory directory)
    {
        var copy = StateNode.Copy(directory.Root);
        try
        {
            return OfAgent(new(copy));
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    private static string Lasting(StoreObject value) => value switch
    {
        Service service => ApiJson.Write(service.Spec),
        Secret secret => $"{ApiJson.Write(secret.Spec)} {Text(secret.Data)}",
        Config config => $"{ApiJson.Write(config.Spec)} {Text(config.Spec.Data)}",
        Network network => ApiJson.Write(network.Spec),
        Node node => $"{ApiJson.Write(node.Spec)} {node.Role}",
        SwarmTask task => $"{ApiJson.Write(task.Spec)} {task.NodeId}",
        SwarmObject swarm => $"{ApiJson.Write(swarm.Spec)} {ApiJson.Write(swarm.JoinTokens)} {ApiJson.Write(swarm.TLSInfo)} {swarm.RootKey?.Value}",
        _ => throw new ArgumentException($"{value.Kind} is not compared.", nameof(value)),
    };

    private static string Text(Payload? data) => data is null ? "" : Convert.ToHexString(data.Bytes);
}
