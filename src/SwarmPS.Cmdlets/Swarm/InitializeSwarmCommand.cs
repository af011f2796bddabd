using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets;

/// <summary>Makes a swarm of which the connected node is the first manager.</summary>
[Cmdlet(VerbsData.Initialize, "Swarm", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmView))]
public sealed class InitializeSwarmCommand : SwarmCmdlet
{
    /// <summary>Where other nodes reach this one: an address or an interface, with a port if need be. Found by itself where there is just one.</summary>
    [Parameter(Position = 0)]
    [Alias("AdvertiseAddr")]
    public string? AdvertiseAddress { get; set; }

    /// <summary>Where managers listen: <c>0.0.0.0:2377</c> where nothing is said.</summary>
    [Parameter]
    [Alias("ListenAddr")]
    public string? ListenAddress { get; set; }

    /// <summary>The address of the data plane, where it is another one.</summary>
    [Parameter]
    [Alias("DataPathAddr")]
    public string? DataPathAddress { get; set; }

    /// <summary>The UDP port of the data plane: 4789 where nothing is said.</summary>
    [Parameter]
    [ValidateRange(1024, 49151)]
    public uint DataPathPort { get; set; }

    /// <summary>Address pools for networks: <c>10.0.0.0/8</c> where nothing is said.</summary>
    [Parameter]
    public string[]? DefaultAddressPool { get; set; }

    /// <summary>The prefix length of a network's subnet: 24 where nothing is said.</summary>
    [Parameter]
    [ValidateRange(8, 29)]
    public uint DefaultAddressPoolMaskLength { get; set; }

    /// <summary>Whether tasks may be placed on this node.</summary>
    [Parameter]
    public NodeAvailability Availability { get; set; }

    /// <summary>Ended tasks kept per slot: 5 where nothing is said.</summary>
    [Parameter]
    public long TaskHistoryLimit { get; set; }

    /// <summary>How long a node's certificate is valid: 90 days where nothing is said, an hour at the least.</summary>
    [Parameter]
    [Duration]
    public TimeSpan CertificateExpiry { get; set; }

    /// <inheritdoc/>
    protected override object? Target => SwarmConnection.Current.Address;

    /// <inheritdoc/>
    protected override async Task AskAsync(CancellationToken stop)
    {
        if (!ShouldProcess(SwarmConnection.Current.Address, "Make a new swarm"))
            return;
        await Swarm.InitializeSwarmAsync(Request(), stop);
        WriteObject(await SwarmView.AskAsync(Swarm, stop));
    }

    private SwarmInitRequest Request() => new()
    {
        AdvertiseAddr = AdvertiseAddress,
        ListenAddr = ListenAddress,
        DataPathAddr = DataPathAddress,
        DataPathPort = DataPathPort,
        DefaultAddrPool = DefaultAddressPool?.ToValueList(),
        SubnetSize = DefaultAddressPoolMaskLength,
        Availability = Bound(nameof(Availability)) ? Availability : null,
        Spec = new()
        {
            Orchestration = Bound(nameof(TaskHistoryLimit)) ? new(TaskHistoryLimit) : null,
            CAConfig = Bound(nameof(CertificateExpiry)) ? new() { NodeCertExpiry = CertificateExpiry } : null,
        },
    };
}
