using System.Net;

namespace SwarmPS.Daemon.Networking;

/// <summary>Hardware addresses of the swarm's networks.</summary>
internal static class HardwareAddress
{
    /// <summary>The one that belongs to an IPv4 address, as the engine makes it: no two in a network are alike, and every node knows it.</summary>
    public static string Of(string address)
    {
        var bytes = IPAddress.Parse(address).GetAddressBytes();
        return $"02:42:{bytes[0]:x2}:{bytes[1]:x2}:{bytes[2]:x2}:{bytes[3]:x2}";
    }
}
