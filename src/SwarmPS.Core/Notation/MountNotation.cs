using System.Globalization;
using SwarmPS.Model;

namespace SwarmPS.Notation;

/// <summary>Mounts as docker's <c>--mount</c> has them: <c>type=bind,src=/host,dst=/inside,ro</c>.</summary>
public static class MountNotation
{
    private const string Expected = "Write it as type=volume,src=data,dst=/data or type=bind,src=/host/path,dst=/path,ro or type=tmpfs,dst=/tmp,tmpfs-size=64m.";

    /// <summary>Reads a mount. Throws <see cref="FormatException"/> with what was expected.</summary>
    public static Mount Parse(string text)
    {
        var mount = new Mount { Type = MountType.Volume };
        var groups = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in CommaFields.Parse(text))
        {
            mount = Plain(mount, name, value, text) ?? Special(mount, name, value, text);
            if (name.Split('-') is [("bind" or "volume" or "tmpfs" or "image") and var group, _, ..])
                groups.Add(group);
        }
        Check(mount, groups, text);
        return mount;
    }

    /// <summary>Writes fields as <see cref="Parse"/> reads them.</summary>
    public static string Join(IEnumerable<KeyValuePair<string, string>> fields) =>
        string.Join(',', fields.Select(field => CommaFields.Field(field.Key, field.Value)));

    /// <summary>What all kinds of mounts have; null where the field is none of these.</summary>
    private static Mount? Plain(Mount mount, string name, string? value, string text) => name switch
    {
        "type" => mount with { Type = Kind(value, text) },
        "source" or "src" => mount with { Source = Needed(name, value, text) },
        "target" or "destination" or "dst" => mount with { Target = Needed(name, value, text) },
        "readonly" or "ro" => mount with { ReadOnly = CommaFields.Flag(name, value) },
        "consistency" => mount with { Consistency = Needed(name, value, text) },
        _ => null,
    };

    private static Mount Special(Mount mount, string name, string? value, string text)
    {
        var (bind, volume, tmpfs) = (mount.BindOptions ?? new(), mount.VolumeOptions ?? new(), mount.TmpfsOptions ?? new());
        return name switch
        {
            "bind-propagation" => mount with { BindOptions = bind with { Propagation = Needed(name, value, text) } },
            "bind-nonrecursive" => mount with { BindOptions = bind with { NonRecursive = CommaFields.Flag(name, value) } },
            "bind-recursive" => mount with { BindOptions = Recursive(bind, value, text) },
            "bind-create-src" => mount with { BindOptions = bind with { CreateMountpoint = CommaFields.Flag(name, value) } },
            "volume-nocopy" => mount with { VolumeOptions = volume with { NoCopy = CommaFields.Flag(name, value) } },
            "volume-subpath" => mount with { VolumeOptions = volume with { Subpath = Needed(name, value, text) } },
            "volume-label" => mount with { VolumeOptions = volume with { Labels = Add(volume.Labels, name, value, text) } },
            "volume-driver" => mount with { VolumeOptions = volume with { DriverConfig = (volume.DriverConfig ?? new()) with { Name = Needed(name, value, text) } } },
            "volume-opt" => mount with { VolumeOptions = volume with { DriverConfig = Option(volume.DriverConfig ?? new(), name, value, text) } },
            "image-subpath" => mount with { ImageOptions = new(Needed(name, value, text)) },
            "tmpfs-size" => mount with { TmpfsOptions = tmpfs with { SizeBytes = ByteSizes.Parse(Needed(name, value, text)) } },
            "tmpfs-mode" => mount with { TmpfsOptions = tmpfs with { Mode = Octal(value, text) } },
            _ => throw new FormatException($"'{text}' has a field '{name}', which a mount does not have. {Expected}"),
        };
    }

    private static void Check(Mount mount, IEnumerable<string> groups, string text)
    {
        var kind = mount.Type.ToString()!.ToLowerInvariant();
        if (mount.Target is null)
            throw new FormatException($"'{text}' has no target: the path inside the container is missing. {Expected}");
        if (groups.FirstOrDefault(group => group != kind) is { } strange)
            throw new FormatException($"'{text}' has an option {strange}-… at a mount of type {kind}. Options are those of the mount's own type.");
        if (mount.Type is MountType.Bind or MountType.Npipe or MountType.Image && mount.Source is null)
            throw new FormatException($"'{text}' has no source: what is to be mounted. {Expected}");
        if (mount is { Type: MountType.Tmpfs, Source: not null })
            throw new FormatException($"'{text}' has a source, which a tmpfs does not have.");
    }

    private static BindOptions Recursive(BindOptions options, string? value, string text) => value switch
    {
        "enabled" => options,
        "disabled" => options with { NonRecursive = true },
        "writable" => options with { ReadOnlyNonRecursive = true },
        "readonly" => options with { ReadOnlyForceRecursive = true },
        _ => throw new FormatException($"'bind-recursive={value}' in '{text}' is none of enabled, disabled, writable, readonly."),
    };

    private static LogDriver Option(LogDriver driver, string name, string? value, string text) =>
        driver with { Options = Add(driver.Options, name, value, text) };

    private static ValueMap<string> Add(ValueMap<string>? map, string name, string? pair, string text)
    {
        var parts = Needed(name, pair, text).Split('=', 2);
        return (map ?? ValueMap<string>.Empty).With(parts[0], parts.Length == 2 ? parts[1] : "");
    }

    private static MountType Kind(string? word, string text) =>
        Enum.TryParse<MountType>(word, ignoreCase: true, out var kind) && !char.IsAsciiDigit(word[0])
            ? kind
            : throw new FormatException($"'type={word}' in '{text}' is no kind of mount. Known are: {string.Join(", ", Enum.GetNames<MountType>()).ToLowerInvariant()}.");

    private static uint Octal(string? digits, string text)
    {
        if (digits is not { Length: > 0 and <= 5 } || !digits.All(digit => digit is >= '0' and <= '7'))
            throw new FormatException($"'tmpfs-mode={digits}' in '{text}' is not a mode. Write it in octal digits, as 1777.");
        return Convert.ToUInt32(digits, 8);
    }

    private static string Needed(string name, string? value, string text) =>
        value is { Length: > 0 } ? value : throw new FormatException($"'{text}' has a field '{name}' without a value. {Expected}");
}
