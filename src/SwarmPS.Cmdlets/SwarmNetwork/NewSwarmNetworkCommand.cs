using System.Globalization;
using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmNetwork;

/// <summary>Makes a network that spans the swarm.</summary>
/// <remarks>
/// <para>The network gets a VXLAN id and, where none is named, the next free subnet of the swarm's address pools
/// (<c>Initialize-Swarm -DefaultAddressPool</c>). Services are put on it by <c>New-SwarmService -Network</c> and
/// <c>Update-SwarmService -AddNetwork</c>.</para>
/// </remarks>
/// <example>
/// <para>A network with a subnet that the swarm chooses.</para>
/// <code>
/// New-SwarmNetwork back
/// </code>
/// </example>
/// <example>
/// <para>One that leads nowhere else, with a subnet of one's own.</para>
/// <code>
/// New-SwarmNetwork data -Subnet 10.20.0.0/24 -IPRange 10.20.0.128/25 -Internal -Label team=a
/// </code>
/// </example>
/// <example>
/// <para>One whose packets nobody between the nodes can read.</para>
/// <code>
/// New-SwarmNetwork pay -Encrypted
/// </code>
/// </example>
/// <error id="NetworkExists">The name is in use.</error>
[Cmdlet(VerbsCommon.New, "SwarmNetwork", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmNetworkInfo))]
public sealed class NewSwarmNetworkCommand : SwarmCmdlet
{
    /// <summary>The name: letters, digits, - and _, 63 at most.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>The subnet, as 10.20.0.0/24.</summary>
    /// <value>the next free one of the swarm's address pools</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Subnet { get; set; }

    /// <summary>The part of the subnet that addresses are given from.</summary>
    /// <value>all of it</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? IPRange { get; set; }

    /// <summary>An address that no task gets, and that is shown as the network's gateway.</summary>
    /// <value>the subnet's first</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Gateway { get; set; }

    /// <summary>The largest packet in bytes.</summary>
    /// <value>1450; 1400 where it is encrypted</value>
    [Parameter]
    [ValidateRange((int)NetworkOptions.MtuMin, (int)NetworkOptions.MtuMax)]
    public int? Mtu { get; set; }

    /// <summary>Nothing leads out of the swarm.</summary>
    [Parameter]
    public SwitchParameter Internal { get; set; }

    /// <summary>What goes from node to node is encrypted, with keys that the managers change every 12 hours.</summary>
    [Parameter]
    public SwitchParameter Encrypted { get; set; }

    /// <summary>Containers that are no tasks of services may join.</summary>
    [Parameter]
    public SwitchParameter Attachable { get; set; }

    /// <summary>It is the network of the routing mesh, of which there is one.</summary>
    [Parameter]
    public SwitchParameter Ingress { get; set; }

    /// <summary>Labels: a hashtable, or NAME=value texts.</summary>
    /// <value>none</value>
    [Parameter]
    [PairsTransformation]
    public string[]? Label { get; set; }

    /// <summary>Options of the driver: a hashtable, or NAME=value texts.</summary>
    /// <value>none</value>
    [Parameter]
    [Alias("Opt")]
    [PairsTransformation]
    public string[]? DriverOption { get; set; }

    /// <summary>Options of what gives addresses: a hashtable, or NAME=value texts.</summary>
    /// <value>none</value>
    [Parameter]
    [Alias("IpamOpt")]
    [PairsTransformation]
    public string[]? IpamOption { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "Network";

    /// <inheritdoc/>
    protected override object? Target => Name;

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        if (!ShouldProcess(Name, "Make a network"))
            return;
        var answer = await swarm.CreateNetworkAsync(Request(), stop);
        WriteObject(new SwarmNetworkInfo(await swarm.GetNetworkAsync(answer.Id, stop), []));
    }

    private NetworkCreateRequest Request()
    {
        var options = Pairs.ToMap(DriverOption ?? []);
        if (Mtu is { } mtu)
            options = options.With(NetworkOptions.Mtu, mtu.ToString(CultureInfo.InvariantCulture));
        if (Encrypted)
            options = options.With(NetworkOptions.Encrypted, "");
        var hasAddresses = Subnet is not null || IPRange is not null || Gateway is not null;
        return new()
        {
            Name = Name,
            Driver = NetworkOptions.Driver,
            Scope = "swarm",
            Internal = Internal,
            Attachable = Attachable,
            Ingress = Ingress,
            Labels = Pairs.ToMap(Label ?? []),
            Options = options,
            IPAM = new()
            {
                Driver = NetworkOptions.IpamDriver,
                Options = Pairs.ToMap(IpamOption ?? []),
                Config = hasAddresses ? [new(Subnet, IPRange, Gateway)] : [],
            },
        };
    }
}
