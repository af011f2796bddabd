using SwarmPS.Model;
using Wire = Docker.DotNet.Models;

namespace SwarmPS.Daemon.Agent.Containers;

/// <summary>Mounts as the engine takes them. It makes volumes that are missing, by the options given here.</summary>
internal static class ContainerMounts
{
    /// <summary>The mounts, with their templates filled in, or null where there are none.</summary>
    public static List<Wire.Mount>? Of(ValueList<Mount>? mounts, IReadOnlyList<TaskFile> files, Expand expand) =>
        mounts.OrEmpty().Count + files.Count > 0 ? mounts.OrEmpty().Select(mount => Of(mount, expand)).Concat(files.Select(Of)).ToList() : null;

    /// <summary>A secret or a config: the file in this machine's memory, which cannot be written from inside.</summary>
    private static Wire.Mount Of(TaskFile file) => new() { Type = "bind", Source = file.Source, Target = file.Target, ReadOnly = true };

    private static Wire.Mount Of(Mount mount, Expand expand)
    {
        var target = expand("mount target", mount.Target ?? "");
        return new()
        {
            Type = Word(mount.Type ?? MountType.Volume, target),
            Source = mount.Source is null ? null! : expand("mount source", mount.Source),
            Target = target,
            ReadOnly = mount.ReadOnly ? true : null,
            Consistency = mount.Consistency!,
            BindOptions = Bind(mount.BindOptions)!,
            VolumeOptions = Volume(mount.VolumeOptions, expand)!,
            ImageOptions = mount.ImageOptions is { } image ? new() { Subpath = image.Subpath! } : null!,
            TmpfsOptions = Tmpfs(mount.TmpfsOptions)!,
        };
    }

    private static string Word(MountType type, string target) => type switch
    {
        MountType.Volume => "volume",
        MountType.Bind => "bind",
        MountType.Tmpfs => "tmpfs",
        MountType.Npipe => "npipe",
        MountType.Image => "image",
        MountType.Cluster => throw new TaskRefusedException($"The mount at {target} is a cluster volume, which is not supported yet: use a volume with a driver that all nodes have."),
    };

    private static Wire.BindOptions? Bind(BindOptions? options) => options is null ? null : new()
    {
        Propagation = options.Propagation!,
        NonRecursive = options.NonRecursive,
        CreateMountpoint = options.CreateMountpoint,
        ReadOnlyNonRecursive = options.ReadOnlyNonRecursive,
        ReadOnlyForceRecursive = options.ReadOnlyForceRecursive,
    };

    private static Wire.VolumeOptions? Volume(VolumeOptions? options, Expand expand) => options is null ? null : new()
    {
        NoCopy = options.NoCopy,
        Subpath = options.Subpath!,
        Labels = Filled("volume label", options.Labels, expand),
        DriverConfig = options.DriverConfig is { } driver
            ? new() { Name = driver.Name ?? "", Options = Filled("volume driver option", driver.Options, expand) }
            : null!,
    };

    private static Wire.TmpfsOptions? Tmpfs(TmpfsOptions? options) => options is null ? null : new()
    {
        SizeBytes = options.SizeBytes,
        Mode = options.Mode,
        Options = options.Options is { Count: > 0 } more ? more.Select(IList<string> (option) => option.ToList()).ToList() : null,
    };

    private static Dictionary<string, string>? Filled(string what, ValueMap<string>? values, Expand expand) =>
        values?.ToDictionary(entry => entry.Key, entry => expand($"{what} {entry.Key}", entry.Value));
}
