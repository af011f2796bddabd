using System.Net.NetworkInformation;
using SwarmPS.Model;
using SwarmPS.Model.Validation;
using SwarmPS.Notation;

namespace SwarmPS.Daemon.Networking;

/// <summary>
/// Leaves out of a network what cannot be put into the kernel: where another node's data is wrong, that node alone is not reached. What is left has
/// addresses that are addresses, so no line of a kernel script has a word more than it should.
/// </summary>
internal static class SoundPeers
{
    /// <summary>The network with those peers alone whose data is sound.</summary>
    public static NodeNetwork Of(NodeNetwork network) => network with
    {
        Tunnels = Sound(network.Tunnels, tunnel => ReportRules.IsNodeAddress(tunnel.DataPath)),
        Gateways = Sound(network.Gateways, gateway => IsPlace(gateway.Address, gateway.Mac) && ReportRules.IsNodeAddress(gateway.DataPath)),
        Endpoints = Sound(network.Endpoints, endpoint =>
            IsPlace(endpoint.Address, endpoint.Mac) && (endpoint.DataPath.Length == 0 || ReportRules.IsNodeAddress(endpoint.DataPath))),
    };

    private static ValueList<T> Sound<T>(ValueList<T> peers, Func<T, bool> isSound) where T : class =>
        peers.All(peer => peer is not null && isSound(peer)) ? peers : peers.Where(peer => peer is not null && isSound(peer)).ToValueList();

    private static bool IsPlace(string address, string mac) =>
        Subnet.TryParseAddress(address, out var number) && Subnet.Write(number) == address && mac.Length == "02:00:00:00:00:00".Length && PhysicalAddress.TryParse(mac.ToUpperInvariant(), out _);
}
