using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>Says what a node is, out of what its engine says.</summary>
internal static class NodeDescriptions
{
    /// <summary>The description; the name in <paramref name="options"/> goes before the engine's.</summary>
    public static NodeDescription Of(EngineInfo info, AgentOptions options) => new()
    {
        Hostname = string.IsNullOrEmpty(options.Hostname) ? info.Hostname : options.Hostname,
        Platform = info.Platform,
        Resources = new()
        {
            NanoCPUs = info.Cpus * 1_000_000_000,
            MemoryBytes = info.MemoryBytes,
            GenericResources = info.GenericResources,
        },
        Engine = info.Engine,
        DataPathAddr = options.DataPathAddr,
        TunnelId = options.TunnelId,
    };
}
