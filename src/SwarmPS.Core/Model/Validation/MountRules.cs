using SwarmPS.Api;

namespace SwarmPS.Model.Validation;

/// <summary>What may be mounted.</summary>
internal static class MountRules
{
    private static readonly string[] Propagations = ["rprivate", "private", "rshared", "shared", "rslave", "slave"];

    public static void Check(ValueList<Mount>? list, SpecProblems problems)
    {
        var mounts = list.OrEmpty();
        var targets = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < mounts.Count; i++)
        {
            var path = $"{ContainerRules.Root}.Mounts[{i}]";
            if (mounts[i] is not { } mount)
            {
                problems.Add(path, "a mount cannot be null");
                continue;
            }
            CheckTarget(mount.Target ?? "", path + ".Target", problems);
            problems.AddUnless(string.IsNullOrEmpty(mount.Target) || targets.Add(mount.Target), path + ".Target", $"duplicate mount point: {mount.Target}");
            CheckSource(mount.Type ?? MountType.Volume, mount.Source ?? "", path + ".Source", problems);
            CheckOptions(mount, mount.Type ?? MountType.Volume, path, problems);
        }
    }

    private static void CheckTarget(string target, string path, SpecProblems problems)
    {
        ContainerRules.CheckTemplate(target, path, problems);
        if (target == "")
            problems.Add(path, "a mount needs the path inside the container (target, dst)");
        else if (!ContainerRules.IsTemplate(target))
            problems.AddUnless(ContainerRules.IsAbsolute(target) && target != "/", path, $"invalid mount target, must be an absolute path and not /: {target}");
    }

    private static void CheckSource(MountType type, string source, string path, SpecProblems problems)
    {
        ContainerRules.CheckTemplate(source, path, problems);
        if (ContainerRules.IsTemplate(source))
            return;
        switch (type)
        {
            case MountType.Bind or MountType.Npipe:
                problems.AddUnless(ContainerRules.IsAbsolute(source), path, $"invalid mount source, must be an absolute path: '{source}'");
                break;
            case MountType.Tmpfs:
                problems.AddUnless(source == "", path, $"invalid tmpfs source, source must be empty: '{source}'");
                break;
            case MountType.Volume:
                problems.AddUnless(source == "" || IsVolumeName(source), path, $"'{source}' is not a volume's name: it has letters, digits, _ . and -, two or more, and begins with a letter or digit; for a path of the host use type=bind");
                break;
            case MountType.Image:
                problems.AddUnless(ImageSyntax.IsValid(source), path, $"\"{source}\" is not a valid repository/tag");
                break;
            case MountType.Cluster:
                problems.Unsupported(path, "cluster volumes are not supported yet: use a volume with a driver that all nodes have");
                break;
        }
    }

    private static bool IsVolumeName(string name) =>
        name.Length > 1 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');

    private static void CheckOptions(Mount mount, MountType type, string path, SpecProblems problems)
    {
        (string Name, bool Given, MountType Of)[] options =
        [
            ("BindOptions", mount.BindOptions is not null, MountType.Bind), ("VolumeOptions", mount.VolumeOptions is not null, MountType.Volume),
            ("TmpfsOptions", mount.TmpfsOptions is not null, MountType.Tmpfs), ("ImageOptions", mount.ImageOptions is not null, MountType.Image),
        ];
        foreach (var (name, given, of) in options)
            problems.AddUnless(!given || type == of, $"{path}.{name}", $"{name} must not be specified for a mount of type {ApiEnumConverter.Word(type)}");
        problems.AddUnless(
            mount.BindOptions?.Propagation is null or "" || Propagations.Contains(mount.BindOptions.Propagation),
            path + ".BindOptions.Propagation", $"'{mount.BindOptions?.Propagation}' is none of {string.Join(", ", Propagations)}");
        problems.Labels(mount.VolumeOptions?.Labels, path + ".VolumeOptions.Labels");
        problems.AddUnless(mount.TmpfsOptions?.SizeBytes is null or >= 0, path + ".TmpfsOptions.SizeBytes", "a size cannot be below zero");
    }
}
