using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Connection;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Cmdlets.Swarm;
using SwarmPS.Cmdlets.SwarmJoinToken;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmNode;

/// <summary>Takes the nodes of other daemons into this session's swarm, several at a time.</summary>
/// <remarks>
/// <para>The session's daemon, a manager, is asked for the join token; then each of the named daemons is asked to join, in parallel and
/// with a progress bar. What is wrong with one does not keep the others out: it has an error of its own, whose target is its address.
/// Nodes are given as they have joined.</para>
/// <para>A daemon of another machine is named as <c>ssh://user@host</c> or <c>tcp://host:port</c>, one of this machine by the path of its
/// socket.</para>
/// </remarks>
/// <example>
/// <para>Says which machines would be made workers; without <c>-WhatIf</c> they are, three at the same time.</para>
/// <code>
/// Add-SwarmNode ssh://root@box2, ssh://root@box3, ssh://root@box4 -WhatIf
/// </code>
/// </example>
/// <example>
/// <para>Adds the node of another daemon on this machine.</para>
/// <code>
/// Add-SwarmNode /run/swarmps/lab2.sock
/// </code>
/// </example>
/// <example>
/// <para>Adds managers, at the address where the nodes reach this one.</para>
/// <code>
/// "/run/swarmps/lab2.sock", "/run/swarmps/lab3.sock" | Add-SwarmNode -Role Manager -RemoteAddress 192.0.2.10:2377
/// </code>
/// </example>
/// <example>
/// <para>Adds nodes that each have an address of their own to be reached at.</para>
/// <code>
/// @{ Connection = "/run/swarmps/lab2.sock"; AdvertiseAddress = "192.0.2.12" } | ForEach-Object { [pscustomobject] $_ } | Add-SwarmNode
/// </code>
/// </example>
/// <error id="NodeInSwarm">The node is in a swarm already.</error>
/// <error id="NodeNotShown">The node has joined, but the session's manager does not show it yet.</error>
/// <error id="JoinTokenNotFound">The session's daemon shows no tokens: it is no manager.</error>
[Cmdlet(VerbsCommon.Add, "SwarmNode", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmNodeInfo))]
public sealed class AddSwarmNodeCommand : JoiningCmdlet
{
    private readonly List<(SwarmEndpoint Endpoint, string? Advertise, string? Listen)> wanted = [];

    /// <summary>The daemons of the nodes: <c>ssh://user@host</c>, <c>tcp://host:port</c>, or sockets of this machine, as paths or
    /// <c>unix://PATH</c>.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Socket")]
    [ValidateNotNullOrEmpty]
    public string[] Connection { get; set; } = [];

    /// <summary>For <c>tcp://</c>: the folder with <c>ca.pem</c>, <c>cert.pem</c> and <c>key.pem</c>.</summary>
    /// <value><c>$env:SWARMPS_CERT_PATH</c>, else <c>$env:DOCKER_CERT_PATH</c>, else <c>~/.docker</c></value>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? CertificatePath { get; set; }

    /// <summary>What the nodes become.</summary>
    [Parameter]
    public NodeRole Role { get; set; } = NodeRole.Worker;

    /// <summary>Where the nodes reach managers, as <c>address:port</c>.</summary>
    /// <value>the addresses of all managers</value>
    [Parameter]
    [Alias("RemoteAddr")]
    [ValidateNotNullOrEmpty]
    public string[]? RemoteAddress { get; set; }

    /// <summary>Where the node is reached: an address or an interface, with a port or without. One for each daemon: by the pipeline, or an
    /// interface that all have.</summary>
    /// <value>the address it reaches the managers from</value>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("AdvertiseAddr")]
    public string? AdvertiseAddress { get; set; }

    /// <summary>Where the node listens as a manager.</summary>
    /// <value><c>0.0.0.0:2377</c></value>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("ListenAddr")]
    public string? ListenAddress { get; set; }

    /// <summary>How many join at a time.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = 8;

    /// <inheritdoc/>
    protected override string Subject => "Node";

    /// <inheritdoc/>
    protected override Task AskAsync(SwarmClient swarm, CancellationToken stop) => ForEachAsync(Connection, connection =>
    {
        var endpoint = Connections.Resolve(this, connection, CertificatePath);
        if (ShouldProcess(endpoint.Address, $"Join the swarm of {swarm.Endpoint.Address} as a {Role.ToString().ToLowerInvariant()}"))
            wanted.Add((endpoint, AdvertiseAddress, ListenAddress));
        return Task.CompletedTask;
    });

    /// <inheritdoc/>
    protected override async Task FinishAsync(CancellationToken stop)
    {
        if (wanted.Count == 0)
            return;
        var swarm = Connections.Client;
        var token = (await JoinTokenLookup.GetAsync(swarm, [Role], stop)).Single();
        using var turns = new SemaphoreSlim(ThrottleLimit);
        var done = 0;
        Show(0);
        await Task.WhenAll(wanted.Select(async node =>
        {
            await turns.WaitAsync(stop);
            try
            {
                await AddAsync(swarm, Connections.ClientOf(node.Endpoint), RequestFor(token, node.Advertise, node.Listen), stop);
            }
            catch (Exception fault) when (!stop.IsCancellationRequested && Failure.Of(fault, Subject) is { } failure)
            {
                WriteError(failure.ToRecord(node.Endpoint.Address));
            }
            finally
            {
                turns.Release();
            }
            Show(++done);
        }));
    }

    private async Task AddAsync(SwarmClient swarm, SwarmClient node, SwarmJoinRequest request, CancellationToken stop)
    {
        var now = (await node.GetInfoAsync(stop)).Swarm;
        if (now is not null && now.LocalNodeState != "inactive")
            throw new SwarmFailureException("NodeInSwarm", ErrorCategory.ResourceExists,
                $"The node of {node.Endpoint.Address} is in a swarm already ({now.LocalNodeState}). Take it out there first: Connect-Swarm {node.Endpoint.Address}; Exit-Swarm.");
        await node.JoinSwarmAsync(request, stop);
        var id = (await node.GetInfoAsync(stop)).Swarm?.NodeId ?? "";
        WriteObject(new SwarmNodeInfo(await JoinedNode.FindAsync(swarm, id, node.Endpoint.Address, stop), isSelf: false));
    }

    private SwarmJoinRequest RequestFor(SwarmJoinTokenInfo token, string? advertise, string? listen) => new()
    {
        ListenAddr = listen ?? ListenAddressDefault,
        AdvertiseAddr = advertise,
        RemoteAddrs = (RemoteAddress ?? token.RemoteAddress).ToValueList(),
        JoinToken = token.Token,
        Availability = Availability,
    };

    private void Show(int done) => WriteProgress(new ProgressRecord(0, "Adding nodes", $"{done} of {wanted.Count} nodes done")
    {
        PercentComplete = 100 * done / wanted.Count,
        RecordType = done == wanted.Count ? ProgressRecordType.Completed : ProgressRecordType.Processing,
    });
}
