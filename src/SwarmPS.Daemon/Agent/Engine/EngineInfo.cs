using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent.Engine;

/// <summary>What an engine and its machine are.</summary>
internal sealed record EngineInfo
{
    /// <summary>The machine's name.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>The machine's kind, in the kernel's words: <c>x86_64</c>, <c>linux</c>.</summary>
    public Platform Platform { get; init; } = new();

    /// <summary>Processors.</summary>
    public long Cpus { get; init; }

    /// <summary>Bytes of memory.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Resources the administrator gave the engine to offer.</summary>
    public ValueList<GenericResource>? GenericResources { get; init; }

    /// <summary>Version, labels and drivers.</summary>
    public EngineDescription Engine { get; init; } = new();
}
