using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Daemon.Networking.Mesh;
using SwarmPS.Daemon.Networking.Overlay;
using SwarmPS.Daemon.Networking.VirtualAddresses;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Checks;

/// <summary>Compares what a node has of its networks with what it should have. Nothing is changed; not while anything else changes it.</summary>
internal sealed class PlaneCheck(OverlayPlane overlay, VirtualAddressPlane addresses, MeshPlane mesh, NameCheck names)
{
    /// <summary>Looks at all parts of some networks.</summary>
    /// <param name="networks">The networks to look at.</param>
    /// <param name="lacking">Those that could not be brought about, by id, and why.</param>
    /// <param name="stop">Ends it.</param>
    public async Task<List<NetworkFinding>> RunAsync(IReadOnlyList<NodeNetwork> networks, IReadOnlyDictionary<string, string> lacking, CancellationToken stop)
    {
        List<NetworkFinding> findings = [];
        var (differing, unreadable) = await CompareAsync(networks, stop).ConfigureAwait(false);
        foreach (var network in networks)
        {
            findings.Add(Finding(network, NetworkCheck.Kernel, lacking.GetValueOrDefault(network.Id) ?? unreadable ?? Differing([.. differing![network.Id]]), "as wanted"));
            if (network.Ingress)
                findings.Add(Finding(network, NetworkCheck.Ports, string.Join(' ', await mesh.CompareAsync(stop).ConfigureAwait(false)) is { Length: > 0 } wrong ? wrong : null, "as wanted"));
            else
                findings.AddRange(await InContainersAsync(network, stop).ConfigureAwait(false));
        }
        return findings;
    }

    private async Task<(ILookup<string, string>? Differing, string? Unreadable)> CompareAsync(IReadOnlyList<NodeNetwork> networks, CancellationToken stop)
    {
        try
        {
            return (await overlay.CompareAsync(networks, stop).ConfigureAwait(false), null);
        }
        catch (Exception fault) when (fault is NetworkToolException or EngineException or EngineUnreachableException)
        {
            return (null, fault.Message);
        }
    }

    private async Task<IReadOnlyList<NetworkFinding>> InContainersAsync(NodeNetwork network, CancellationToken stop)
    {
        var own = network.Endpoints.Where(endpoint => endpoint is { DataPath.Length: 0, Serving: true }).Select(endpoint => endpoint.Task).ToList();
        // Where no task serves here, nobody asks for names or virtual addresses.
        if (own.Select(addresses.SpaceOf).FirstOrDefault(space => space is not null) is not { } space)
            return [];
        return [await names.RunAsync(network, space, stop).ConfigureAwait(false), await AddressesAsync(network, own, stop).ConfigureAwait(false)];
    }

    private async Task<NetworkFinding> AddressesAsync(NodeNetwork network, IReadOnlyList<string> own, CancellationToken stop)
    {
        var wanted = VirtualTable.Of([network]);
        List<string> wrong = [];
        foreach (var task in own)
        {
            var table = await addresses.ReadAsync(task, stop).ConfigureAwait(false);
            if (table is null || wanted.Backends.Any(pair => !pair.Value.Equals(table.Backends.GetValueOrDefault(pair.Key))))
                wrong.Add(task);
        }
        var why = wrong.Count == 0 ? null : $"In the {(wrong.Count == 1 ? "container" : "containers")} of {string.Join(", ", wrong)}, virtual addresses do not lead to the tasks that serve. The daemon's next audit mends that; if it comes again, find what changes nftables there.";
        return Finding(network, NetworkCheck.VirtualAddresses, why, $"{wanted.Backends.Count} known in {own.Count} of the node's containers");
    }

    private static string? Differing(IReadOnlyList<string> lines) => lines.Count == 0
        ? null
        : $"{lines.Count} {(lines.Count == 1 ? "thing is" : "things are")} not as wanted, the first: '{lines[0]}' is missing. The daemon's next audit mends that; if it comes again, find what changes the node's devices.";

    private static NetworkFinding Finding(NodeNetwork network, NetworkCheck check, string? wrong, string right) =>
        new() { NetworkId = network.Id, Network = network.Name, Check = check, Ok = wrong is null, Message = wrong ?? right };
}
