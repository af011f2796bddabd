using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Allocation;

/// <summary>
/// The addresses of one network, and who has which. The next free one is given, and not the lowest: an address that was just given
/// back may still be known somewhere.
/// </summary>
internal sealed class AddressPool
{
    private readonly Dictionary<uint, string> holders = [];
    private readonly HashSet<string> unplaced = new(StringComparer.Ordinal);
    private readonly uint first;
    private readonly uint last;
    private readonly int prefixLength;
    private uint next;
    private int taken;

    private AddressPool(Subnet subnet, Subnet range, uint? gateway)
    {
        prefixLength = subnet.PrefixLength;
        first = next = Math.Max(range.First, subnet.First + 1);
        last = Math.Min(range.Last, subnet.Last - 1);
        if (gateway is { } own)
            Hold(own, "");
    }

    /// <summary>Addresses that can be given in all, free or not.</summary>
    public int Size => (int)(last - first) + 1;

    /// <summary>Addresses that nobody can be given any more: those that someone has, the network's own and the broadcast.</summary>
    public int InUse => holders.Count + 2;

    /// <summary>Addresses that are free.</summary>
    public int Free => Size - taken;

    /// <summary>Free addresses that a service may have: each task that waits for a node leaves one free for the gateway of the node that it gets.</summary>
    public int FreeForServices => Free - unplaced.Count;

    /// <summary>Free addresses that a task may have: it leaves one for a gateway too.</summary>
    public int FreeForTasks => FreeForServices - 1;

    /// <summary>The pool of a network, or null where it has no subnet.</summary>
    public static AddressPool? Of(Network network)
    {
        if (!Subnet.TryParse(NetworkUse.SubnetOf(network), out var subnet))
            return null;
        var config = network.IPAMOptions!.Configs![0];
        var range = Subnet.TryParse(config.Range, out var part) ? part : subnet;
        return new(subnet, range, Subnet.TryParseAddress(config.Gateway, out var gateway) ? gateway : null);
    }

    /// <summary>Notes that an object has an address.</summary>
    public void Hold(uint address, string holder) => TryHold(address, holder);

    /// <summary>An object has it no more.</summary>
    public void Release(uint address, string holder)
    {
        if (holders.GetValueOrDefault(address) == holder && holders.Remove(address) && IsGiven(address))
            taken--;
    }

    /// <summary>Notes whether a task with an address waits for its node.</summary>
    public void Unplaced(string taskId, bool waits)
    {
        if (waits)
            unplaced.Add(taskId);
        else
            unplaced.Remove(taskId);
    }

    /// <summary>Gives the next free address; null where none is.</summary>
    public uint? Take(string holder)
    {
        for (var tried = 0; tried < Size; tried++)
        {
            var address = next;
            next = next == last ? first : next + 1;
            if (TryHold(address, holder))
                return address;
        }
        return null;
    }

    /// <summary>An address with the network's prefix length.</summary>
    public string Write(uint address) => $"{Subnet.Write(address)}/{prefixLength}";

    private bool TryHold(uint address, string holder)
    {
        if (!holders.TryAdd(address, holder))
            return false;
        if (IsGiven(address))
            taken++;
        return true;
    }

    private bool IsGiven(uint address) => address >= first && address <= last;
}
