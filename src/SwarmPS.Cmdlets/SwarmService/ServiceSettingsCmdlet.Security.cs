using System.Management.Automation;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.SwarmService;

public abstract partial class ServiceSettingsCmdlet
{
    private bool? privileged;

    /// <summary>Capabilities added.</summary>
    /// <value>none</value>
    [Parameter]
    [AllowEmptyCollection]
    [Alias("CapAdd")]
    public string[]? CapabilityAdd { get; set; }

    /// <summary>Capabilities taken away.</summary>
    /// <value>none</value>
    [Parameter]
    [AllowEmptyCollection]
    [Alias("CapDrop")]
    public string[]? CapabilityDrop { get; set; }

    /// <summary>Kernel settings of the container's namespaces: a hashtable, or NAME=value texts.</summary>
    /// <value>none</value>
    [Parameter]
    [PairsTransformation]
    [AllowEmptyCollection]
    public string[]? Sysctl { get; set; }

    /// <summary>Limits of the process: a hashtable or texts, as <c>nofile=1024:2048</c>.</summary>
    /// <value>the engine's</value>
    [Parameter]
    [PairsTransformation]
    [AllowEmptyCollection]
    public string[]? Ulimit { get; set; }

    /// <summary>Name servers.</summary>
    /// <value>the engine's</value>
    [Parameter]
    [AllowEmptyCollection]
    public string[]? Dns { get; set; }

    /// <summary>Domains to search.</summary>
    /// <value>the engine's</value>
    [Parameter]
    [AllowEmptyCollection]
    public string[]? DnsSearch { get; set; }

    /// <summary>Options of the resolver.</summary>
    /// <value>the engine's</value>
    [Parameter]
    [AllowEmptyCollection]
    public string[]? DnsOption { get; set; }

    /// <summary>Lines for /etc/hosts: a hashtable, or NAME=address or NAME:address texts.</summary>
    /// <value>none</value>
    [Parameter]
    [PairsTransformation]
    [AllowEmptyCollection]
    [Alias("Host")]
    public string[]? HostEntry { get; set; }

    /// <summary>Gives the container all devices and capabilities of its node, where the swarm admits that (<c>Set-Swarm -Admit privileged</c>).</summary>
    [Parameter]
    public SwitchParameter Privileged { get => privileged ?? false; set => privileged = value; }

    /// <summary>Devices of the node, as /dev/fuse or /dev/ttyUSB0:/dev/modem:rw, where the swarm admits that (<c>Set-Swarm -Admit devices</c>).</summary>
    /// <value>none</value>
    [Parameter]
    [AllowEmptyCollection]
    public string[]? Device { get; set; }

    /// <summary>How Windows keeps the container apart. Nodes run Linux, whose engines know Default alone.</summary>
    /// <value>Default</value>
    [Parameter]
    [ValidateSet("Default", "Process", "Hyperv")]
    public string? Isolation { get; set; }

    private ContainerSpec Security(ContainerSpec old) => old with
    {
        CapabilityAdd = CapabilityAdd is null ? old.CapabilityAdd : Capabilities(CapabilityAdd),
        CapabilityDrop = CapabilityDrop is null ? old.CapabilityDrop : Capabilities(CapabilityDrop),
        Privileges = ProfilesOf(old.Privileges),
        Isolation = Isolation?.ToLowerInvariant() ?? old.Isolation,
        Sysctls = Sysctl is null ? old.Sysctls : Pairs.ToMap(Sysctl),
        Ulimits = Ulimit is null ? old.Ulimits : Ulimit.Select(Ulimits.Parse).ToValueList(),
        Hosts = HostEntry is null ? old.Hosts : HostEntry.Select(HostEntries.Parse).ToValueList(),
        DnsConfig = Dns is null && DnsSearch is null && DnsOption is null
            ? old.DnsConfig
            : new()
            {
                Nameservers = Dns?.ToValueList() ?? old.DnsConfig?.Nameservers,
                Search = DnsSearch?.ToValueList() ?? old.DnsConfig?.Search,
                Options = DnsOption?.ToValueList() ?? old.DnsConfig?.Options,
            },
    };

    /// <summary>Labels that say of the container what Docker's API has no field for stay where others are given in place of all.</summary>
    private ValueMap<string>? ContainerLabelsOf(ValueMap<string>? old)
    {
        string[] own = [HostAccess.PrivilegedLabel, HostAccess.DevicesLabel];
        var labels = ContainerLabel is null ? old : new(old.OrEmpty().Where(label => own.Contains(label.Key)).Concat(Pairs.ToMap(ContainerLabel)));
        if (privileged is { } wanted)
            labels = wanted ? labels.OrEmpty().With(HostAccess.PrivilegedLabel, "true") : labels?.Without(HostAccess.PrivilegedLabel);
        return Device switch
        {
            null => labels,
            [] => labels?.Without(HostAccess.DevicesLabel),
            var devices => labels.OrEmpty().With(HostAccess.DevicesLabel, string.Join(',', devices.Select(DeviceNotation.Parse))),
        };
    }

    /// <summary>As the API has them: <c>net_admin</c> is CAP_NET_ADMIN.</summary>
    private protected static ValueList<string> Capabilities(IEnumerable<string> names) => names.Select(name =>
    {
        var upper = name.Trim().ToUpperInvariant();
        return upper == "ALL" || upper.StartsWith("CAP_", StringComparison.Ordinal) ? upper : "CAP_" + upper;
    }).ToValueList();
}
