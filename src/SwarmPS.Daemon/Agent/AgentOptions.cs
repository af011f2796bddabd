namespace SwarmPS.Daemon.Agent;

/// <summary>What a node's agent is told.</summary>
internal sealed record AgentOptions
{
    /// <summary>This node's id.</summary>
    public required string NodeId { get; init; }

    /// <summary>The swarm's id; containers carry it, so that an agent only ever touches those of its own swarm.</summary>
    public required string SwarmId { get; init; }

    /// <summary>The folder of <c>agent.db</c>.</summary>
    public required string DataRoot { get; init; }

    /// <summary>The folder of what must be on no disk: secrets and configs of tasks. One for each node on a machine.</summary>
    public string RuntimeFolder { get => field ?? $"/run/swarmps/tasks/{SwarmId}.{NodeId}"; init; }

    /// <summary>The node's name in the swarm; the engine's where nothing is said.</summary>
    public string? Hostname { get; init; }

    /// <summary>The address at which this node takes packets of the swarm's networks; the one that it speaks from where nothing is said.</summary>
    public string? DataPathAddr { get; init; }

    /// <summary>The id of this node's tunnel for encrypted networks: chance, and another one after each start; 0 where it has none.</summary>
    public ulong TunnelId { get; init; }

    /// <summary>Encrypts what is written to <c>agent.db</c>: specs may hold secrets in their environment.</summary>
    public Func<byte[], byte[]> Seal { get; init; } = static plain => plain;

    /// <summary>Decrypts what <see cref="Seal"/> encrypted; throws where it cannot.</summary>
    public Func<byte[], byte[]> Unseal { get; init; } = static @sealed => @sealed;
}
