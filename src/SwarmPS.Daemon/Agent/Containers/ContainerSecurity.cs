using System.Text;
using SwarmPS.Model;
using SwarmPS.Notation;
using Wire = Docker.DotNet.Models;

namespace SwarmPS.Daemon.Agent.Containers;

/// <summary>Capabilities and privileges as the engine takes them.</summary>
internal static class ContainerSecurity
{
    /// <summary>Sets what the spec says; nothing said leaves the engine's defaults.</summary>
    public static void Apply(Wire.HostConfig host, ContainerSpec spec)
    {
        host.CapAdd = spec.CapabilityAdd.ListOrNull()!;
        host.CapDrop = spec.CapabilityDrop.ListOrNull()!;
        var access = HostAccess.Of(spec.Labels);
        host.Privileged = access.IsPrivileged;
        host.Devices = access.Devices.Count > 0
            ? access.Devices.Select(device => new Wire.DeviceMapping { PathOnHost = device.Source, PathInContainer = device.Target, CgroupPermissions = device.Permissions }).ToList()
            : null!;
        var options = Options(spec.Privileges).ToList();
        host.SecurityOpt = options.Count > 0 ? options : null!;
    }

    private static IEnumerable<string> Options(Privileges? privileges) => privileges is null
        ? []
        : Credentials(privileges.CredentialSpec)
            .Concat(SeLinux(privileges.SELinuxContext))
            .Concat(Seccomp(privileges.Seccomp))
            .Concat(AppArmor(privileges.AppArmor))
            .Concat(privileges.NoNewPrivileges == true ? ["no-new-privileges=true"] : []);

    private static IEnumerable<string> Credentials(CredentialSpec? credentials)
    {
        if (credentials is null)
            yield break;
        if (credentials.File is { Length: > 0 } file)
            yield return $"credentialspec=file://{file}";
        else if (credentials.Registry is { Length: > 0 } value)
            yield return $"credentialspec=registry://{value}";
        else if (credentials.Config is { Length: > 0 })
            throw new TaskRefusedException("A credential spec out of a config is not supported yet: use one out of a file or the registry.");
    }

    private static IEnumerable<string> SeLinux(SeLinuxContext? labels)
    {
        if (labels is null)
            yield break;
        if (labels.Disable == true)
            yield return "label=disable";
        foreach (var (name, value) in new[] { ("user", labels.User), ("role", labels.Role), ("type", labels.Type), ("level", labels.Level) })
        {
            if (value is { Length: > 0 })
                yield return $"label={name}:{value}";
        }
    }

    private static IEnumerable<string> Seccomp(SeccompOptions? seccomp) => seccomp?.Mode switch
    {
        null or "" or "default" => [],
        "unconfined" => ["seccomp=unconfined"],
        "custom" => [$"seccomp={Profile(seccomp.Profile)}"],
        var mode => throw new TaskRefusedException($"'{mode}' is no seccomp mode: use default, unconfined or custom."),
    };

    /// <summary>The engine wants the profile's own text.</summary>
    private static string Profile(string? encoded)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(encoded ?? ""));
        }
        catch (FormatException wrong)
        {
            throw new TaskRefusedException("The custom seccomp profile is not base64.", wrong);
        }
    }

    private static IEnumerable<string> AppArmor(AppArmorOptions? appArmor) => appArmor?.Mode switch
    {
        null or "" or "default" => [],
        "disabled" => ["apparmor=unconfined"],
        var mode => throw new TaskRefusedException($"'{mode}' is no AppArmor mode: use default or disabled."),
    };
}
