using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Swarm;

/// <summary>Makes a new swarm with the daemon's node as its first manager.</summary>
[Cmdlet(VerbsData.Initialize, "Swarm", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmClusterInfo))]
public sealed class InitializeSwarmCommand : SwarmSettingsCmdlet
{
    /// <summary>Where other nodes reach this one: an address or an interface, with a port or without.</summary>
    [Parameter(Position = 0)]
    [Alias("AdvertiseAddr")]
    public string? AdvertiseAddress { get; set; }

    /// <summary>Where managers listen.</summary>
    [Parameter]
    [Alias("ListenAddr")]
    public string? ListenAddress { get; set; }

    /// <summary>The address of the data plane.</summary>
    [Parameter]
    [Alias("DataPathAddr")]
    public string? DataPathAddress { get; set; }

    /// <summary>The UDP port of the data plane.</summary>
    [Parameter]
    [ValidateRange(1024, 49151)]
    public int? DataPathPort { get; set; }

    /// <summary>Address pools that networks take their subnets from.</summary>
    [Parameter]
    [Alias("DefaultAddrPool")]
    public string[]? DefaultAddressPool { get; set; }

    /// <summary>The prefix length of a network's subnet.</summary>
    [Parameter]
    [ValidateRange(1, 29)]
    public int? SubnetSize { get; set; }

    /// <summary>Whether tasks may be placed on this node.</summary>
    [Parameter]
    public NodeAvailability? Availability { get; set; }

    /// <summary>Makes a new swarm of this one manager's state.</summary>
    [Parameter]
    public SwitchParameter ForceNewCluster { get; set; }

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        if (!ShouldProcess(swarm.Endpoint.Address, "Make a new swarm"))
            return;
        await swarm.InitializeSwarmAsync(ToRequest(), stop);
        var answer = await swarm.GetInfoAsync(stop);
        WriteObject(new SwarmClusterInfo(answer.Swarm ?? new SwarmInfo()));
    }

    /// <summary>What is asked for. Docker's client, too, names the address to listen at and leaves the rest to the daemon.</summary>
    internal SwarmInitRequest ToRequest() => new()
    {
        ListenAddr = ListenAddress ?? "0.0.0.0:2377",
        AdvertiseAddr = AdvertiseAddress,
        DataPathAddr = DataPathAddress,
        DataPathPort = (uint)(DataPathPort ?? 0),
        DefaultAddrPool = DefaultAddressPool?.ToValueList(),
        SubnetSize = (uint)(SubnetSize ?? 0),
        ForceNewCluster = ForceNewCluster,
        Availability = Availability,
        Spec = ApplyTo(new()),
    };
}
