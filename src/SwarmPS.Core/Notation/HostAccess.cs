using SwarmPS.Model;

namespace SwarmPS.Notation;

/// <summary>
/// What a container gets of its node beyond Docker's service API: devices, or everything. Labels of the container say it, since
/// labels outlive clients that know nothing of it.
/// </summary>
/// <param name="IsPrivileged">All devices and capabilities of the node.</param>
/// <param name="Devices">Single devices.</param>
public sealed record HostAccess(bool IsPrivileged, ValueList<DeviceNotation> Devices)
{
    /// <summary>The label for everything: <c>true</c>.</summary>
    public const string PrivilegedLabel = "swarmps.privileged";

    /// <summary>The label for devices: <c>/dev/fuse,/dev/ttyUSB0:/dev/modem:rw</c>.</summary>
    public const string DevicesLabel = "swarmps.devices";

    /// <summary>What a container's labels ask for. Throws <see cref="FormatException"/> with what was expected.</summary>
    public static HostAccess Of(ValueMap<string>? labels) => new(
        labels?.Find(PrivilegedLabel) switch
        {
            null or "false" => false,
            "true" => true,
            var word => throw new FormatException($"The label {PrivilegedLabel} is '{word}', which is neither true nor false."),
        },
        labels?.Find(DevicesLabel) is { } devices ? devices.Split(',').Select(DeviceNotation.Parse).ToValueList() : []);
}

/// <summary>A device of the node in a container, as docker's <c>--device</c> has it: <c>/dev/ttyUSB0:/dev/modem:rw</c>.</summary>
/// <param name="Source">Its path on the node.</param>
/// <param name="Target">Its path inside.</param>
/// <param name="Permissions">What the container may do: <c>r</c>ead, <c>w</c>rite, <c>m</c>ake it anew.</param>
public sealed record DeviceNotation(string Source, string Target, string Permissions)
{
    private const string All = "rwm";

    /// <summary>Reads a device. Throws <see cref="FormatException"/> with what was expected.</summary>
    public static DeviceNotation Parse(string text)
    {
        var parts = text.Trim().Split(':');
        var device = parts switch
        {
            [var path] => new DeviceNotation(path, path, All),
            [var path, ['/', ..] target] => new(path, target, All),
            [var path, var permissions] => new(path, path, permissions),
            [var path, var target, var permissions] => new(path, target, permissions),
            _ => null,
        };
        return device is { Source: ['/', _, ..], Target: ['/', _, ..], Permissions.Length: > 0 } && device.Permissions.All(letter => All.Contains(letter)) && !text.Contains(',')
            ? device
            : throw new FormatException($"'{text}' is not a device. Write its path, as /dev/fuse, or PATH:PATH_INSIDE:rwm.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Source}:{Target}:{Permissions}";
}
