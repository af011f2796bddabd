using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Allocation;

/// <summary>How many addresses of a network's subnet are in use.</summary>
/// <param name="Subnet">The subnet.</param>
/// <param name="InUse">Addresses that cannot be given, those of the network and the broadcast included.</param>
/// <param name="Free">Addresses that can still be given.</param>
public sealed record NetworkUsage(string Subnet, int InUse, int Free)
{
    /// <summary>The use by what the store has; null where the network has no subnet.</summary>
    public static NetworkUsage? Of(Snapshot state, Network network)
    {
        if (AddressPool.Of(network) is not { } pool)
            return null;
        foreach (var item in state.Services.All.Concat<StoreObject>(state.Nodes.All).Concat(state.Tasks.All))
        {
            foreach (var holding in Holding.Of(item).Where(holding => holding.NetworkId == network.Id))
                pool.Hold(holding.Address, item.Id);
        }
        return new(NetworkUse.SubnetOf(network)!, pool.InUse, pool.Free);
    }
}
