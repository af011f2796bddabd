using System.Globalization;
using System.Net;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Checks;

/// <summary>Tries the ways of a network: to the other nodes that take part in it, and to the containers of tasks.</summary>
internal sealed class PathCheck(EchoSocket echo)
{
    /// <summary>Tasks that a finding names.</summary>
    private const int NamedMax = 3;

    /// <summary>Tries all of a network's ways at once.</summary>
    public async Task<IReadOnlyList<NetworkFinding>> RunAsync(NodeNetwork network, CancellationToken stop)
    {
        var ways = network.Gateways.Select(other => ToNodeAsync(network, other, stop)).ToList();
        var tasks = network.Endpoints.Where(endpoint => endpoint.Serving).GroupBy(endpoint => endpoint.DataPath, StringComparer.Ordinal)
            .Select(there => ToTasksAsync(network, there.Key, [.. there], stop)).ToList();
        return [.. await Task.WhenAll(ways).ConfigureAwait(false), .. await Task.WhenAll(tasks).ConfigureAwait(false)];
    }

    private async Task<NetworkFinding> ToNodeAsync(NodeNetwork network, RemoteGateway other, CancellationToken stop)
    {
        var finding = new NetworkFinding { NetworkId = network.Id, Network = network.Name, Check = NetworkCheck.Path, Other = other.DataPath };
        var address = IPAddress.Parse(other.Address);
        if (await echo.AskAsync(address, EchoSocket.SizeMin, stop).ConfigureAwait(false) is not { } took)
        {
            var port = (network.DataPathPort == 0 ? SwarmDefaults.DataPathPort : network.DataPathPort) + (network.Encrypted ? 1u : 0u);
            return finding with { Message = $"Nothing comes back from {other.Address}, the other node's gateway. See that UDP port {port} gets through between this node and {other.DataPath}, both ways, and that the daemon there runs." };
        }
        if (await echo.AskAsync(address, network.Mtu, stop).ConfigureAwait(false) is not null)
            return finding with { Ok = true, Message = string.Create(CultureInfo.InvariantCulture, $"{took.TotalMilliseconds:0.00} ms, packets of {network.Mtu} bytes") };
        var largest = await LargestAsync(address, network.Mtu, stop).ConfigureAwait(false);
        return finding with { Message = $"Packets of up to {largest} bytes get through, the network's are up to {network.Mtu}: short answers arrive, long ones hang. Raise the MTU of the wire between the nodes by {network.Mtu - largest}, or make the network anew with -Mtu {largest}." };
    }

    /// <summary>The largest packet that comes back.</summary>
    private async Task<int> LargestAsync(IPAddress address, int tooLarge, CancellationToken stop)
    {
        var good = EchoSocket.SizeMin;
        while (tooLarge - good > 1)
        {
            var size = (good + tooLarge) / 2;
            if (await echo.TryAsync(address, size, stop).ConfigureAwait(false) is not null)
                good = size;
            else
                tooLarge = size;
        }
        return good;
    }

    private async Task<NetworkFinding> ToTasksAsync(NodeNetwork network, string dataPath, IReadOnlyList<NetworkEndpoint> tasks, CancellationToken stop)
    {
        var answers = await Task.WhenAll(tasks.Select(task => echo.AskAsync(IPAddress.Parse(task.Address), EchoSocket.SizeMin, stop))).ConfigureAwait(false);
        var silent = tasks.Where((_, place) => answers[place] is null).ToList();
        return new()
        {
            NetworkId = network.Id,
            Network = network.Name,
            Check = NetworkCheck.Tasks,
            Other = dataPath,
            Ok = silent.Count == 0,
            Message = silent.Count == 0
                ? $"{tasks.Count} of {tasks.Count} answer"
                : $"{silent.Count} of {tasks.Count} do not answer: {Some(silent.Select(task => $"{task.Address} (task {task.Task})"))}. See what their containers do, and on their node that its part of the network stands.",
        };
    }

    private static string Some(IEnumerable<string> all)
    {
        var list = all.ToList();
        return string.Join(", ", list.Take(NamedMax)) + (list.Count > NamedMax ? $" and {list.Count - NamedMax} more" : "");
    }
}
