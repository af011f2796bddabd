using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Allocation;

/// <summary>An address that an object of the store has in a network.</summary>
/// <param name="NetworkId">The network.</param>
/// <param name="Address">The address.</param>
internal readonly record struct Holding(string NetworkId, uint Address)
{
    /// <summary>The addresses that an object has. A task that has ended has none any more.</summary>
    public static IReadOnlyList<Holding> Of(StoreObject? item) => item switch
    {
        Service service => Read((service.Endpoint?.VirtualIPs).OrEmpty().Select(address => (address.NetworkId, address.Addr))),
        Node node => Read(node.Gateways.OrEmpty().Select(gateway => ((string?)gateway.NetworkId, (string?)gateway.Address))),
        SwarmTask { Status.State: <= TaskState.Running } task => Read(task.NetworksAttachments.OrEmpty()
            .SelectMany(attachment => attachment.Addresses.OrEmpty().Select(address => (attachment.Network?.Id, (string?)address)))),
        _ => [],
    };

    private static List<Holding> Read(IEnumerable<(string? NetworkId, string? Address)> written)
    {
        List<Holding> holdings = [];
        foreach (var (networkId, text) in written)
        {
            if (networkId is not null && Subnet.TryParseAddress(text, out var address))
                holdings.Add(new(networkId, address));
        }
        return holdings;
    }
}
