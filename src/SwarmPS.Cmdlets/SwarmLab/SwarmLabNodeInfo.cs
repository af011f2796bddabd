using SwarmPS.Api;
using SwarmPS.Cmdlets.Lab;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmLab;

/// <summary>A node of a lab. <c>Connect-Swarm</c> takes it from the pipeline, and so does <c>Set-SwarmLabNode</c>.</summary>
public sealed record SwarmLabNodeInfo
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private SwarmLabNodeInfo(LabState lab, LabNode node, SwarmInfo? told)
    {
        var place = lab.PlaceOf(node);
        Lab = lab.Name;
        Name = node.Name;
        Role = told is { LocalNodeState: "active" } ? told.ControlAvailable ? NodeRole.Manager : NodeRole.Worker
            : node.IsManager ? NodeRole.Manager : NodeRole.Worker;
        Address = place.Address;
        State = LabNodes.StateOf(node);
        LocalNodeState = told?.LocalNodeState;
        Socket = place.Socket;
        Engine = "unix://" + place.EngineSocket;
        ProcessId = node.Daemon?.IsAlive() == true ? node.Daemon.Id : null;
        LogFile = place.LogOf("swarmpsd");
        Folder = place.Folder;
    }

    /// <summary>The lab's name.</summary>
    public string Lab { get; }

    /// <summary>The node's name, which is its hostname in the swarm.</summary>
    public string Name { get; }

    /// <summary>Its role in the swarm; the one it was started for where it does not answer.</summary>
    public NodeRole Role { get; }

    /// <summary>Its address among the nodes; this machine reaches it there, too.</summary>
    public string Address { get; }

    /// <summary>What it is doing.</summary>
    public LabNodeState State { get; }

    /// <summary>Whether it is part of a swarm: inactive, pending, active, error or locked; null where it does not answer.</summary>
    public string? LocalNodeState { get; }

    /// <summary>The daemon's socket.</summary>
    public string Socket { get; }

    /// <summary>The engine's address.</summary>
    public string Engine { get; }

    /// <summary>The daemon's process; null where it does not run.</summary>
    public int? ProcessId { get; }

    /// <summary>Where the daemon logs; the engine's logs lie beside it.</summary>
    public string LogFile { get; }

    /// <summary>The folder of its files.</summary>
    public string Folder { get; }

    /// <summary>A lab's nodes as they are now. A node that does not answer soon is shown without what it would say.</summary>
    internal static Task<SwarmLabNodeInfo[]> OfAsync(LabState lab, CancellationToken stop) =>
        Task.WhenAll(lab.Nodes.Select(async node => new SwarmLabNodeInfo(lab, node, await AskAsync(lab.PlaceOf(node), node, stop))));

    private static async Task<SwarmInfo?> AskAsync(LabPlace place, LabNode node, CancellationToken stop)
    {
        if (node.Daemon?.IsAlive() != true)
            return null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        using var client = new SwarmClient(SwarmEndpoint.Parse(place.Socket));
        try
        {
            return (await client.GetInfoAsync(patience.Token)).Swarm;
        }
        catch (Exception silent) when (!stop.IsCancellationRequested && silent is SwarmUnreachableException or SwarmApiException or OperationCanceledException)
        {
            return null;
        }
    }
}
