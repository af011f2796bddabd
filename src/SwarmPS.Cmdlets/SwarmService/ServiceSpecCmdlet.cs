using System.Management.Automation;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets;

/// <summary>The parameters that making and changing a service have in common: the container. Others are in files of their own.</summary>
public abstract partial class ServiceSpecCmdlet : ServiceWaitCmdlet
{
    /// <summary>Arguments of the entry point.</summary>
    [Parameter]
    [Alias("Args")]
    public string[]? ArgumentList { get; set; }

    /// <summary>The entry point, in place of the image's.</summary>
    [Parameter]
    [Alias("Entrypoint")]
    public string[]? Command { get; set; }

    /// <summary>The working directory.</summary>
    [Parameter]
    public string? WorkingDirectory { get; set; }

    /// <summary>The user: name, number, or number:group.</summary>
    [Parameter]
    public string? User { get; set; }

    /// <summary>More groups of the user.</summary>
    [Parameter]
    public string[]? Group { get; set; }

    /// <summary>The host name inside; templates such as <c>{{.Task.Slot}}</c> are filled in.</summary>
    [Parameter]
    public string? Hostname { get; set; }

    /// <summary>The root file system cannot be written.</summary>
    [Parameter]
    public SwitchParameter ReadOnly { get; set; }

    /// <summary>A terminal.</summary>
    [Parameter]
    public SwitchParameter Tty { get; set; }

    /// <summary>A first process of the engine's that reaps orphans.</summary>
    [Parameter]
    public SwitchParameter Init { get; set; }

    /// <summary>Time between the stop signal and the end by force: 10 s where nothing is said.</summary>
    [Parameter]
    [Duration]
    public TimeSpan StopGracePeriod { get; set; }

    /// <summary>The signal to stop by.</summary>
    [Parameter]
    public string? StopSignal { get; set; }

    /// <summary>Lines for <c>/etc/hosts</c>: <c>name:address</c>.</summary>
    [Parameter]
    public string[]? HostEntry { get; set; }

    /// <summary>Name servers.</summary>
    [Parameter]
    public string[]? Dns { get; set; }

    /// <summary>Domains to search.</summary>
    [Parameter]
    public string[]? DnsSearch { get; set; }

    /// <summary>Options of the resolver.</summary>
    [Parameter]
    public string[]? DnsOption { get; set; }

    /// <summary>Capabilities to add.</summary>
    [Parameter]
    public string[]? CapabilityAdd { get; set; }

    /// <summary>Capabilities to take away.</summary>
    [Parameter]
    public string[]? CapabilityDrop { get; set; }

    /// <summary>Kernel settings, as a hashtable or as NAME=value.</summary>
    [Parameter]
    [Settings]
    public string[]? Sysctl { get; set; }

    /// <summary>Where output goes; the engine's own driver where nothing is said.</summary>
    [Parameter]
    public string? LogDriver { get; set; }

    /// <summary>The log driver's options, as a hashtable or as NAME=value.</summary>
    [Parameter]
    [Settings]
    public string[]? LogOption { get; set; }

    /// <summary>A spec with everything changed that was asked for.</summary>
    private protected ServiceSpec ApplyShared(ServiceSpec spec) => spec with
    {
        TaskTemplate = ApplyTask(spec.TaskTemplate) with { ContainerSpec = ApplyHealth(ApplyContainer(spec.TaskTemplate.ContainerSpec ?? new())) },
        UpdateConfig = ApplyUpdate(spec.UpdateConfig),
        RollbackConfig = ApplyRollback(spec.RollbackConfig),
    };

    private ContainerSpec ApplyContainer(ContainerSpec container) => container with
    {
        Args = ArgumentList?.ToValueList() ?? container.Args,
        Command = Command?.ToValueList() ?? container.Command,
        Dir = WorkingDirectory ?? container.Dir,
        User = User ?? container.User,
        Groups = Group?.ToValueList() ?? container.Groups,
        Hostname = Hostname ?? container.Hostname,
        ReadOnly = Bound(nameof(ReadOnly)) ? ReadOnly : container.ReadOnly,
        Tty = Bound(nameof(Tty)) ? Tty : container.Tty,
        Init = Bound(nameof(Init)) ? Init : container.Init,
        StopGracePeriod = Bound(nameof(StopGracePeriod)) ? StopGracePeriod : container.StopGracePeriod,
        StopSignal = StopSignal ?? container.StopSignal,
        Hosts = HostEntry is null ? container.Hosts : HostEntry.Select(HostLine).ToValueList(),
        DnsConfig = Dns is null && DnsSearch is null && DnsOption is null ? container.DnsConfig : ApplyDns(container.DnsConfig ?? new()),
        CapabilityAdd = CapabilityAdd?.ToValueList() ?? container.CapabilityAdd,
        CapabilityDrop = CapabilityDrop?.ToValueList() ?? container.CapabilityDrop,
        Sysctls = Sysctl is null ? container.Sysctls : Settings.ToMap(Sysctl),
    };

    private DnsConfig ApplyDns(DnsConfig dns) => dns with
    {
        Nameservers = Dns?.ToValueList() ?? dns.Nameservers,
        Search = DnsSearch?.ToValueList() ?? dns.Search,
        Options = DnsOption?.ToValueList() ?? dns.Options,
    };

    /// <summary>The Engine API wants the address first.</summary>
    private static string HostLine(string entry)
    {
        var parts = entry.Split(':', 2);
        return parts.Length == 2 ? $"{parts[1]} {parts[0]}" : throw new FormatException($"'{entry}' is no line for /etc/hosts. Write name:address.");
    }
}
