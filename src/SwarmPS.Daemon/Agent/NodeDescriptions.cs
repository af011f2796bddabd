using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>Says what a node is, out of what its engine says.</summary>
internal static class NodeDescriptions
{
    /// <summary>The description; <paramref name="hostname"/> goes before the engine's.</summary>
    public static NodeDescription Of(EngineInfo info, string? hostname) => new()
    {
        Hostname = string.IsNullOrEmpty(hostname) ? info.Hostname : hostname,
        Platform = info.Platform,
        Resources = new()
        {
            NanoCPUs = info.Cpus * 1_000_000_000,
            MemoryBytes = info.MemoryBytes,
            GenericResources = info.GenericResources,
        },
        Engine = info.Engine,
    };
}
