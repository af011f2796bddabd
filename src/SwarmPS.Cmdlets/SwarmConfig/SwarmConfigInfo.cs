using System.Text;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmConfig;

/// <summary>A config of the swarm.</summary>
public sealed record SwarmConfigInfo
{
    internal SwarmConfigInfo(Config config, DateTimeOffset now)
    {
        Id = config.Id;
        Name = config.Spec.Name ?? "";
        Data = config.Spec.Data?.Bytes ?? [];
        Labels = Dictionaries.Of(config.Spec.Labels);
        CreatedAt = config.CreatedAt.ToLocalTime();
        UpdatedAt = config.UpdatedAt.ToLocalTime();
        Version = config.Version.Index;
        DisplayCreated = config.CreatedAt.Ago(now);
        DisplayUpdated = config.UpdatedAt.Ago(now);
    }

    /// <summary>The config's id.</summary>
    public string Id { get; }

    /// <summary>The config's name.</summary>
    public string Name { get; }

    /// <summary>The bytes it holds.</summary>
    public byte[] Data { get; }

    /// <summary>What it holds, read as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Data);

    /// <summary>Its labels.</summary>
    public IDictionary<string, string> Labels { get; }

    /// <summary>When it was made, in local time.</summary>
    public DateTime CreatedAt { get; }

    /// <summary>When it last changed, in local time.</summary>
    public DateTime UpdatedAt { get; }

    /// <summary>The version that a change must name.</summary>
    public ulong Version { get; }

    /// <summary>When it was made, as tables show it.</summary>
    public string DisplayCreated { get; }

    /// <summary>When it last changed, as tables show it.</summary>
    public string DisplayUpdated { get; }
}
