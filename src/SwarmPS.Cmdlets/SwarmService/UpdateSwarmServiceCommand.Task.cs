using System.Management.Automation;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.SwarmService;

public sealed partial class UpdateSwarmServiceCommand
{
    /// <summary>Groups of the user to add.</summary>
    [Parameter]
    public string[]? AddGroup { get; set; }

    /// <summary>Groups of the user to take away.</summary>
    [Parameter]
    public string[]? RemoveGroup { get; set; }

    /// <summary>Capabilities to give; one that was taken from the container is so no longer.</summary>
    [Parameter]
    public string[]? AddCapability { get; set; }

    /// <summary>Capabilities to take from the container; one that was given is so no longer.</summary>
    [Parameter]
    public string[]? RemoveCapability { get; set; }

    /// <summary>Kernel settings to add or change.</summary>
    [Parameter]
    [PairsTransformation]
    public string[]? AddSysctl { get; set; }

    /// <summary>Names of kernel settings to take away.</summary>
    [Parameter]
    public string[]? RemoveSysctl { get; set; }

    /// <summary>Limits of the process to add or change.</summary>
    [Parameter]
    [PairsTransformation]
    public string[]? AddUlimit { get; set; }

    /// <summary>Names of limits of the process to take away.</summary>
    [Parameter]
    public string[]? RemoveUlimit { get; set; }

    /// <summary>Name servers to add.</summary>
    [Parameter]
    public string[]? AddDns { get; set; }

    /// <summary>Name servers to take away.</summary>
    [Parameter]
    public string[]? RemoveDns { get; set; }

    /// <summary>Domains to search that are added.</summary>
    [Parameter]
    public string[]? AddDnsSearch { get; set; }

    /// <summary>Domains to search that are taken away.</summary>
    [Parameter]
    public string[]? RemoveDnsSearch { get; set; }

    /// <summary>Options of the resolver to add.</summary>
    [Parameter]
    public string[]? AddDnsOption { get; set; }

    /// <summary>Options of the resolver to take away.</summary>
    [Parameter]
    public string[]? RemoveDnsOption { get; set; }

    /// <summary>Lines for /etc/hosts to add.</summary>
    [Parameter]
    [PairsTransformation]
    [Alias("AddHost")]
    public string[]? AddHostEntry { get; set; }

    /// <summary>Lines of /etc/hosts to take away: a name, which goes with all its addresses, or NAME:ADDRESS.</summary>
    [Parameter]
    [PairsTransformation]
    [Alias("RemoveHost")]
    public string[]? RemoveHostEntry { get; set; }

    /// <summary>What to spread over besides, after what there is.</summary>
    [Parameter]
    [SpreadTransformation]
    [Alias("AddPlacementPref")]
    public string[]? AddPlacementPreference { get; set; }

    /// <summary>What not to spread over any more.</summary>
    [Parameter]
    [SpreadTransformation]
    [Alias("RemovePlacementPref")]
    public string[]? RemovePlacementPreference { get; set; }

    /// <summary>Things to reserve, by their kinds; one of a kind that there is takes its place.</summary>
    [Parameter]
    [PairsTransformation]
    public string[]? AddGenericResource { get; set; }

    /// <summary>Kinds of things that are not reserved any more.</summary>
    [Parameter]
    public string[]? RemoveGenericResource { get; set; }

    /// <summary>Networks to add; one that there is takes its place.</summary>
    [Parameter]
    [NetworkTransformation]
    [ArgumentCompleter(typeof(NetworkNameCompleter))]
    public NetworkAttachmentConfig[]? AddNetwork { get; set; }

    /// <summary>Names of networks to take away.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NetworkNameCompleter))]
    public string[]? RemoveNetwork { get; set; }

    private protected override IEnumerable<string> ComparedNetworks => (RemoveNetwork ?? []).Concat((AddNetwork ?? []).Select(network => network.Target ?? ""));

    private ServiceSpec AmendTask(ServiceSpec spec)
    {
        var template = spec.TaskTemplate;
        return spec with
        {
            TaskTemplate = template with
            {
                ContainerSpec = AmendContainer(template.ContainerSpec ?? new()),
                Placement = AddPlacementPreference is null && RemovePlacementPreference is null
                    ? template.Placement
                    : (template.Placement ?? new()) with { Preferences = PreferencesOf(template.Placement?.Preferences.OrEmpty() ?? []) },
                Resources = AddGenericResource is null && RemoveGenericResource is null ? template.Resources : WithGenericResources(template.Resources ?? new()),
                Networks = AddNetwork is null && RemoveNetwork is null ? template.Networks : NetworksOf(template.Networks.OrEmpty()),
            },
        };
    }

    private ContainerSpec AmendContainer(ContainerSpec container)
    {
        var (given, taken) = (Capabilities(AddCapability ?? []), Capabilities(RemoveCapability ?? []));
        return container with
        {
            Groups = Entries.Amend(container.Groups, AddGroup, RemoveGroup),
            CapabilityAdd = Entries.Amend(container.CapabilityAdd, given, taken),
            CapabilityDrop = Entries.Amend(container.CapabilityDrop, taken, given),
            Sysctls = Dictionaries.Amend(container.Sysctls, AddSysctl, RemoveSysctl),
            Ulimits = AddUlimit is null && RemoveUlimit is null ? container.Ulimits : UlimitsOf(container.Ulimits.OrEmpty()),
            Hosts = AddHostEntry is null && RemoveHostEntry is null ? container.Hosts : HostsOf(container.Hosts.OrEmpty()),
            DnsConfig = AddDns is null && RemoveDns is null && AddDnsSearch is null && RemoveDnsSearch is null && AddDnsOption is null && RemoveDnsOption is null
                ? container.DnsConfig
                : new()
                {
                    Nameservers = Entries.Amend(container.DnsConfig?.Nameservers, AddDns, RemoveDns),
                    Search = Entries.Amend(container.DnsConfig?.Search, AddDnsSearch, RemoveDnsSearch),
                    Options = Entries.Amend(container.DnsConfig?.Options, AddDnsOption, RemoveDnsOption),
                },
        };
    }

    private ValueList<Ulimit> UlimitsOf(ValueList<Ulimit> old)
    {
        var added = (AddUlimit ?? []).Select(Ulimits.Parse).ToList();
        return old.Where(limit => RemoveUlimit?.Contains(limit.Name) != true && !added.Exists(known => known.Name == limit.Name)).Concat(added).ToValueList();
    }

    /// <summary>One line may have several names: those that are taken away leave the others.</summary>
    private ValueList<string> HostsOf(ValueList<string> old)
    {
        var gone = (RemoveHostEntry ?? []).Select(HostEntries.ParsePart).ToList();
        var kept = old.Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Select(words => words.Where((word, i) => i == 0 || !gone.Exists(part => part.Name == word && (part.Address is null || part.Address == words[0]))).ToArray())
            .Where(words => words.Length > 1).Select(words => string.Join(' ', words)).ToValueList();
        return Entries.Amend(kept, (AddHostEntry ?? []).Select(HostEntries.Parse).ToArray(), null)!;
    }

    private ValueList<PlacementPreference> PreferencesOf(ValueList<PlacementPreference> old)
    {
        var added = (AddPlacementPreference ?? []).Select(label => new PlacementPreference(new SpreadOver(label))).ToList();
        return old.Where(known => RemovePlacementPreference?.Contains(known.Spread?.SpreadDescriptor) != true && !added.Contains(known)).Concat(added).ToValueList();
    }

    private ResourceRequirements WithGenericResources(ResourceRequirements old)
    {
        var added = (AddGenericResource ?? []).Select(GenericResources.Parse).ToList();
        var gone = (RemoveGenericResource ?? []).Concat(added.Select(GenericResources.KindOf)).ToHashSet(StringComparer.Ordinal);
        var reserved = old.Reservations ?? new();
        return old with { Reservations = reserved with { GenericResources = reserved.GenericResources.OrEmpty().Where(known => !gone.Contains(GenericResources.KindOf(known))).Concat(added).ToValueList() } };
    }

    private ValueList<NetworkAttachmentConfig> NetworksOf(ValueList<NetworkAttachmentConfig> old)
    {
        var gone = ComparedNetworks.Concat(ComparedNetworks.Select(TargetOf)).ToHashSet(StringComparer.Ordinal);
        return old.Where(network => !gone.Contains(network.Target ?? "")).Concat(AddNetwork ?? []).ToValueList();
    }
}
