using System.Globalization;
using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Notation;

/// <summary>Mounts as <c>docker --mount</c> writes them: <c>type=bind,src=/data,dst=/data,ro</c>. A volume where no type is said.</summary>
public static class MountNotation
{
    /// <summary>Reads a mount. Throws <see cref="FormatException"/> with what was expected.</summary>
    public static Mount Parse(string text)
    {
        var mount = new Mount { Type = MountType.Volume };
        foreach (var part in text.Split(','))
        {
            var pair = part.Split('=', 2);
            mount = With(mount, pair[0].Trim().ToLowerInvariant(), pair.Length > 1 ? pair[1] : null, text);
        }
        if (string.IsNullOrEmpty(mount.Target))
            throw new FormatException($"The mount '{text}' has no target. Add where it should be inside the container: target=/path.");
        if (mount.Type == MountType.Bind && string.IsNullOrEmpty(mount.Source))
            throw new FormatException($"The bind mount '{text}' has no source. Add the host's path: source=/path.");
        return mount;
    }

    private static Mount With(Mount mount, string key, string? value, string text) => key switch
    {
        "type" => mount with { Type = ApiEnumConverter.TryParse<MountType>(Need(value, key, text), out var type) ? type : throw new FormatException($"'{value}' is no type of mount. It is one of: {ApiEnumConverter.Choices(typeof(MountType))}.") },
        "source" or "src" => mount with { Source = Need(value, key, text) },
        "target" or "dst" or "destination" => mount with { Target = Need(value, key, text) },
        "readonly" or "ro" => mount with { ReadOnly = Flag(value, key, text) },
        "consistency" => mount with { Consistency = Need(value, key, text) },
        "bind-propagation" => mount with { BindOptions = Bind(mount) with { Propagation = Need(value, key, text) } },
        "bind-nonrecursive" => mount with { BindOptions = Bind(mount) with { NonRecursive = Flag(value, key, text) } },
        "bind-create-src" => mount with { BindOptions = Bind(mount) with { CreateMountpoint = Flag(value, key, text) } },
        "volume-nocopy" => mount with { VolumeOptions = Volume(mount) with { NoCopy = Flag(value, key, text) } },
        "volume-subpath" => mount with { VolumeOptions = Volume(mount) with { Subpath = Need(value, key, text) } },
        "volume-label" => mount with { VolumeOptions = Volume(mount) with { Labels = Add(Volume(mount).Labels, Need(value, key, text)) } },
        "volume-driver" => mount with { VolumeOptions = Volume(mount) with { DriverConfig = Driver(mount) with { Name = Need(value, key, text) } } },
        "volume-opt" => mount with { VolumeOptions = Volume(mount) with { DriverConfig = Driver(mount) with { Options = Add(Driver(mount).Options, Need(value, key, text)) } } },
        "image-subpath" => mount with { ImageOptions = new(Need(value, key, text)) },
        "tmpfs-size" => mount with { TmpfsOptions = Tmpfs(mount) with { SizeBytes = ByteSizes.Parse(Need(value, key, text)) } },
        "tmpfs-mode" => mount with { TmpfsOptions = Tmpfs(mount) with { Mode = Mode(Need(value, key, text)) } },
        _ => throw new FormatException($"'{key}' in the mount '{text}' is no setting of a mount. Settings are: type, source, target, readonly, bind-propagation, volume-driver, volume-opt, volume-label, volume-nocopy, volume-subpath, tmpfs-size, tmpfs-mode."),
    };

    private static BindOptions Bind(Mount mount) => mount.BindOptions ?? new();

    private static VolumeOptions Volume(Mount mount) => mount.VolumeOptions ?? new();

    private static LogDriver Driver(Mount mount) => Volume(mount).DriverConfig ?? new();

    private static TmpfsOptions Tmpfs(Mount mount) => mount.TmpfsOptions ?? new();

    private static ValueMap<string> Add(ValueMap<string>? map, string setting)
    {
        var pair = setting.Split('=', 2);
        return map.OrEmpty().With(pair[0], pair.Length > 1 ? pair[1] : "");
    }

    private static string Need(string? value, string key, string text) =>
        value is { Length: > 0 } ? value : throw new FormatException($"'{key}' in the mount '{text}' needs a value: {key}=….");

    private static bool Flag(string? value, string key, string text) => value?.ToLowerInvariant() switch
    {
        null or "true" or "1" => true,
        "false" or "0" => false,
        _ => throw new FormatException($"'{key}={value}' in the mount '{text}' is neither true nor false."),
    };

    private static uint Mode(string value)
    {
        try
        {
            return Convert.ToUInt32(value, 8);
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException or ArgumentException)
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"'{value}' is no file mode. Write it in octal, as 1770."), wrong);
        }
    }
}
