using SwarmPS.Api;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.Lab;

/// <summary>Joins the nodes of a lab into one swarm, where they are not in one: the managers one after another, then the workers at once.</summary>
internal sealed class LabJoining(LabState lab, LabRequest request, LabSteps steps)
{
    private const int Port = 2377;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    public async Task JoinAsync(CancellationToken stop)
    {
        var first = lab.Nodes[0];
        using var manager = Client(first);
        if (await StateAsync(manager, stop).ConfigureAwait(false) == "inactive")
            await manager.InitializeSwarmAsync(new() { ListenAddr = $"0.0.0.0:{Port}", AdvertiseAddr = lab.PlaceOf(first).Address }, stop).ConfigureAwait(false);
        await UntilActiveAsync(first, manager, stop).ConfigureAwait(false);
        steps.Did($"{first.Name} leads the swarm");
        var tokens = (await manager.GetSwarmAsync(stop).ConfigureAwait(false)).JoinTokens
            ?? throw new LabException("LabJoinFailed", $"{first.Name} gives no join tokens: it is no manager any more. Join the other nodes by hand, or start the lab anew.");
        foreach (var node in lab.Nodes.Skip(1).Where(node => node.IsManager))
            await JoinAsync(node, tokens.Manager, stop).ConfigureAwait(false);
        await Task.WhenAll(lab.Nodes.Skip(1).Where(node => !node.IsManager).Select(node => JoinAsync(node, tokens.Worker, stop))).ConfigureAwait(false);
    }

    private async Task JoinAsync(LabNode node, string token, CancellationToken stop)
    {
        using var client = Client(node);
        if (await StateAsync(client, stop).ConfigureAwait(false) == "inactive")
        {
            await client.JoinSwarmAsync(new()
            {
                RemoteAddrs = [.. lab.Nodes.Where(other => other.IsManager && other != node).Select(other => $"{lab.PlaceOf(other).Address}:{Port}")],
                JoinToken = token,
                ListenAddr = $"0.0.0.0:{Port}",
                AdvertiseAddr = lab.PlaceOf(node).Address,
            }, stop).ConfigureAwait(false);
        }
        await UntilActiveAsync(node, client, stop).ConfigureAwait(false);
        steps.Did($"{node.Name} joined");
    }

    private async Task UntilActiveAsync(LabNode node, SwarmClient client, CancellationToken stop)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (await StateAsync(client, stop).ConfigureAwait(false) is var state && state != "active")
        {
            if (TimeProvider.System.GetElapsedTime(began) > request.Timeout)
                throw new LabException("LabTimeout", $"{node.Name} is {state}, not active, after {Durations.Format(request.Timeout)}. {LabLog.Tail(lab.PlaceOf(node).LogOf("swarmpsd"))}");
            await Task.Delay(Pause, TimeProvider.System, stop).ConfigureAwait(false);
        }
    }

    private SwarmClient Client(LabNode node) => new(SwarmEndpoint.Parse(lab.PlaceOf(node).Socket));

    private static async Task<string> StateAsync(SwarmClient client, CancellationToken stop) =>
        (await client.GetInfoAsync(stop).ConfigureAwait(false)).Swarm?.LocalNodeState ?? "inactive";
}
