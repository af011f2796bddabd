using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmSecret;

/// <summary>A secret of the swarm, without what it holds.</summary>
public sealed record SwarmSecretInfo
{
    internal SwarmSecretInfo(Secret secret, DateTimeOffset now)
    {
        Id = secret.Id;
        Name = secret.Spec.Name ?? "";
        Driver = secret.Spec.Driver?.Name ?? "";
        Labels = Dictionaries.Of(secret.Spec.Labels);
        CreatedAt = secret.CreatedAt.ToLocalTime();
        UpdatedAt = secret.UpdatedAt.ToLocalTime();
        Version = secret.Version.Index;
        DisplayCreated = secret.CreatedAt.Ago(now);
        DisplayUpdated = secret.UpdatedAt.Ago(now);
    }

    /// <summary>The secret's id.</summary>
    public string Id { get; }

    /// <summary>The secret's name.</summary>
    public string Name { get; }

    /// <summary>What holds it outside of the swarm; empty where the swarm does.</summary>
    public string Driver { get; }

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
