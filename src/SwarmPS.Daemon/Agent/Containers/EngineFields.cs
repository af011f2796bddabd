using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent.Containers;

/// <summary>
/// Fields of a task that not every engine knows. An engine passes over fields that are newer than it is, without a word; a task that
/// asks for one is refused instead.
/// </summary>
internal static class EngineFields
{
    private static readonly NewField[] Newer =
    [
        new("Healthcheck.StartInterval", new(1, 44), "25.0", spec => spec.Healthcheck?.StartInterval is { } interval && interval != TimeSpan.Zero),
        new("Mounts.BindOptions.CreateMountpoint", new(1, 42), "23.0", spec => Any(spec, mount => mount.BindOptions?.CreateMountpoint is true)),
        new("Mounts.BindOptions.ReadOnlyNonRecursive", new(1, 44), "25.0", spec => Any(spec, mount => mount.BindOptions?.ReadOnlyNonRecursive is true)),
        new("Mounts.BindOptions.ReadOnlyForceRecursive", new(1, 44), "25.0", spec => Any(spec, mount => mount.BindOptions?.ReadOnlyForceRecursive is true)),
        new("Mounts.VolumeOptions.Subpath", new(1, 45), "26.0", spec => Any(spec, mount => mount.VolumeOptions?.Subpath is { Length: > 0 })),
        new("Mounts.TmpfsOptions.Options", new(1, 46), "27.0", spec => Any(spec, mount => mount.TmpfsOptions?.Options is { Count: > 0 })),
        new("Mounts.Type image", new(1, 48), "28.0", spec => Any(spec, mount => mount.Type is MountType.Image)),
        new("Mounts.ImageOptions.Subpath", new(1, 48), "28.0", spec => Any(spec, mount => mount.ImageOptions?.Subpath is { Length: > 0 })),
    ];

    /// <summary>Whether a task asks for anything that an engine may not know.</summary>
    public static bool AsksForNewer(ContainerSpec spec) => Array.Exists(Newer, field => field.IsAsked(spec));

    /// <summary>Throws <see cref="TaskRefusedException"/>, naming every field, where a task asks for what an engine of this API version does not know.</summary>
    public static void Check(ContainerSpec spec, Version engine)
    {
        var missing = Array.FindAll(Newer, field => field.Since > engine && field.IsAsked(spec));
        if (missing.Length > 0)
            throw new TaskRefusedException(
                $"This node's engine (API {engine}) does not know {string.Join(", ", missing.Select(field => $"{field.Name} (API {field.Since}, Docker {field.Release})"))}, and would pass over it. Upgrade the engine, place the service on nodes with a newer one, or leave it out.");
    }

    private static bool Any(ContainerSpec spec, Func<Mount, bool> asks) => spec.Mounts.OrEmpty().Any(asks);

    /// <summary>A field, since when the Engine API has it, and in which release of Docker.</summary>
    private sealed record NewField(string Name, Version Since, string Release, Func<ContainerSpec, bool> IsAsked);
}
