using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SwarmPS.Notation;

/// <summary>A range of IPv4 addresses that share their first bits, as <c>10.0.1.0/24</c>. Addresses are numbers, so that they can be counted.</summary>
/// <param name="First">The first address: the network's own.</param>
/// <param name="PrefixLength">How many bits they share.</param>
public readonly record struct Subnet(uint First, int PrefixLength)
{
    /// <summary>The last address: the broadcast.</summary>
    public uint Last => First | (uint)((1UL << (32 - PrefixLength)) - 1);

    /// <summary>Reads <c>10.0.1.0/24</c>; false for all else, and where bits are set beyond the prefix.</summary>
    public static bool TryParse(string? text, out Subnet subnet)
    {
        subnet = default;
        if (!IPNetwork.TryParse(text, out var parsed) || parsed.BaseAddress.AddressFamily != AddressFamily.InterNetwork)
            return false;
        subnet = new(NumberOf(parsed.BaseAddress), parsed.PrefixLength);
        // From .NET 10 on, bits beyond the prefix are dropped in silence.
        return TryParseAddress(text, out var written) && written == subnet.First;
    }

    /// <summary>Reads an address, with or without a prefix length behind it; false for all else.</summary>
    public static bool TryParseAddress(string? text, out uint address)
    {
        address = 0;
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (!IPAddress.TryParse(slash < 0 ? text : text![..slash], out var parsed) || parsed.AddressFamily != AddressFamily.InterNetwork)
            return false;
        address = NumberOf(parsed);
        return true;
    }

    /// <summary>An address as it is written.</summary>
    public static string Write(uint address) => string.Create(CultureInfo.InvariantCulture, $"{address >> 24}.{(address >> 16) & 255}.{(address >> 8) & 255}.{address & 255}");

    /// <summary>Whether an address is in the range.</summary>
    public bool Contains(uint address) => address >= First && address <= Last;

    /// <summary>Whether all of another range is in this one.</summary>
    public bool Contains(Subnet other) => other.First >= First && other.Last <= Last;

    /// <summary>Whether both have an address in common.</summary>
    public bool Overlaps(Subnet other) => First <= other.Last && other.First <= Last;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Write(First)}/{PrefixLength}");

    private static uint NumberOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }
}
