using System.Management.Automation;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmService;

public abstract partial class ServiceSettingsCmdlet
{
    private bool? noNewPrivileges;

    /// <summary>
    /// System calls that the container may make: default, unconfined, or a file with a profile. Other than default needs the swarm's
    /// admission (<c>Set-Swarm -Admit security-options</c>).
    /// </summary>
    /// <value>default</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Seccomp { get; set; }

    /// <summary>The AppArmor profile: default, or disabled, which needs the swarm's admission (<c>Set-Swarm -Admit security-options</c>).</summary>
    /// <value>default</value>
    [Parameter]
    [ValidateSet("default", "disabled")]
    public string? AppArmor { get; set; }

    /// <summary>
    /// SELinux labels: user, role, type and level as a hashtable or NAME=value texts, or <c>disable</c>. They need the swarm's admission
    /// (<c>Set-Swarm -Admit security-options</c>); an empty collection takes them away.
    /// </summary>
    /// <value>the engine's</value>
    [Parameter]
    [PairsTransformation]
    [AllowEmptyCollection]
    public string[]? SELinux { get; set; }

    /// <summary>Programs inside gain no privileges by being started, as set-uid ones would.</summary>
    [Parameter]
    public SwitchParameter NoNewPrivileges { get => noNewPrivileges ?? false; set => noNewPrivileges = value; }

    private Privileges? ProfilesOf(Privileges? old) => Seccomp is null && AppArmor is null && SELinux is null && noNewPrivileges is null ? old : (old ?? new()) with
    {
        Seccomp = Seccomp is null ? old?.Seccomp : SeccompOf(Seccomp),
        AppArmor = AppArmor is null ? old?.AppArmor : new(AppArmor.ToLowerInvariant()),
        SELinuxContext = SELinux is null ? old?.SELinuxContext : LabelsOf(SELinux),
        NoNewPrivileges = noNewPrivileges ?? old?.NoNewPrivileges,
    };

    private SeccompOptions SeccompOf(string said) => said.ToLowerInvariant() is "default" or "unconfined"
        ? new(said.ToLowerInvariant())
        : new("custom", Convert.ToBase64String(File.ReadAllBytes(GetUnresolvedProviderPathFromPSPath(said))));

    private static SeLinuxContext? LabelsOf(IReadOnlyCollection<string> said) => said.Count == 0 ? null : said.Aggregate(new SeLinuxContext(), static (labels, text) =>
        Pairs.Split(text) switch
        {
            ("disable", null or "true" or "True") => labels with { Disable = true },
            ("user", { Length: > 0 } user) => labels with { User = user },
            ("role", { Length: > 0 } role) => labels with { Role = role },
            ("type", { Length: > 0 } type) => labels with { Type = type },
            ("level", { Length: > 0 } level) => labels with { Level = level },
            _ => throw new SwarmFailureException("InvalidArgument", ErrorCategory.InvalidArgument, $"'{text}' is no SELinux label: write user=, role=, type= or level= with a value, or disable."),
        });
}
