using SwarmPS.Api;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Queries;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api;

/// <summary>
/// <c>/swarmps/networks/check</c>: has every node that takes part try its networks, or those of <c>networks=ID,ID</c>, and tells what
/// each found as soon as it is known, one JSON object a line.
/// </summary>
internal sealed class NetworkCheckEndpoints(ApiServerOptions options, SwarmChanges changes)
{
    /// <summary>Nodes that are asked at the same time.</summary>
    private const int AtOnce = 32;

    /// <summary>The routes.</summary>
    public IEnumerable<Route> Routes() => [new("GET", "/swarmps/networks/check", CheckAsync)];

    private async Task CheckAsync(ApiCall call)
    {
        var state = changes.Manager.Store.Current;
        ValueList<string> networks = [.. (call.Query("networks") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(name => Lookup.Network(state, name).Id)];
        var nodes = state.Nodes.All.Where(node => TakesPart(node, networks)).ToList();
        call.Context.Response.ContentType = "application/json";
        using var writing = new SemaphoreSlim(1);
        var limit = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = call.Stop };
        await Parallel.ForEachAsync(nodes, limit, async (node, stop) =>
        {
            var answer = new NetworkCheckAnswer { NodeId = node.Id, Hostname = NameOf(node), Nodes = nodes.Count, Findings = await FindAsync(state, node, networks, stop).ConfigureAwait(false) };
            await writing.WaitAsync(stop).ConfigureAwait(false);
            await JsonAnswer.WriteLineAsync(call.Context.Response, answer, stop).ConfigureAwait(false);
            writing.Release();
        }).ConfigureAwait(false);
    }

    private async Task<ValueList<NetworkFinding>> FindAsync(Snapshot state, Node node, ValueList<string> networks, CancellationToken stop)
    {
        if (!node.Status.IsConnected)
            return [Unasked($"The node is {node.Status.State.ToString().ToLowerInvariant()}{(node.Status.Message is { Length: > 0 } why ? $" ({why})" : "")}: nothing of it can be tried, and no task on it serves. See that its daemon runs and reaches the managers.")];
        try
        {
            var findings = await options.Checks.CheckAsync(node.Id, networks, stop).ConfigureAwait(false);
            return [.. findings.Select(finding => finding with { Other = finding.Other.Length == 0 ? "" : OtherOf(state, finding.Other) })];
        }
        catch (SwarmException refused)
        {
            return [Unasked(refused.Message)];
        }
    }

    private static NetworkFinding Unasked(string why) => new() { Check = NetworkCheck.Node, Message = why };

    private static bool TakesPart(Node node, ValueList<string> networks) =>
        node.Gateways.OrEmpty().Any(gateway => networks.Count == 0 || networks.Contains(gateway.NetworkId));

    private static string OtherOf(Snapshot state, string dataPath) =>
        state.Nodes.All.FirstOrDefault(node => (node.Description?.DataPathAddr ?? node.Status.Addr) == dataPath) is { } node ? NameOf(node) : dataPath;

    private static string NameOf(Node node) => node.Description?.Hostname ?? node.Id;
}
