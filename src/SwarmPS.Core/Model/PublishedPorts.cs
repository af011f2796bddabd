using System.Net;
using System.Net.Sockets;

namespace SwarmPS.Model;

/// <summary>What a published port's address and options mean, which Docker's ports do not have.</summary>
public static class PublishedPorts
{
    /// <summary>Whether the routing mesh answers on a port.</summary>
    public static bool IsMesh(PortConfig port) => port.PublishMode is null or PublishMode.Ingress;

    /// <summary>Whether a node cannot have both: the same port of the same protocol, on an address that both are on.</summary>
    public static bool Clash(PortConfig one, PortConfig other) =>
        one.PublishedPort == other.PublishedPort && one.PublishedPort != 0 &&
        (one.Protocol ?? PortProtocol.Tcp) == (other.Protocol ?? PortProtocol.Tcp) && Meet(one.HostIP, other.HostIP);

    /// <summary>
    /// The ports that a request asks for, as they are stored. A field that it does not have is one that its client does not know, as the docker
    /// client, which sends back what it knows of a service: it stays as the same port had it. An empty one says that there is none.
    /// </summary>
    /// <param name="asked">The ports of the request.</param>
    /// <param name="had">Those that the service has.</param>
    public static ValueList<PortConfig>? Settle(ValueList<PortConfig>? asked, ValueList<PortConfig>? had)
    {
        var left = had.OrEmpty().ToList();
        left.RemoveAll(port => asked.OrEmpty().Any(other => other?.HostIP is { } address && IsSame(other, port) && Canonical(address) == port.HostIP));
        return asked?.Select(port =>
        {
            if (port is null)
                return port!;
            var at = port.HostIP is null ? left.FindIndex(other => IsSame(port, other)) : -1;
            var kept = at < 0 ? had.OrEmpty().FirstOrDefault(other => IsSame(port, other) && Canonical(port.HostIP) == other.HostIP) : left[at];
            if (at >= 0)
                left.RemoveAt(at);
            return port with
            {
                HostIP = Canonical(port.HostIP ?? kept?.HostIP),
                PreserveSource = (port.PreserveSource ?? kept?.PreserveSource) == true ? true : null,
                PreferLocal = (port.PreferLocal ?? kept?.PreferLocal) == true ? true : null,
            };
        }).ToValueList();
    }

    private static bool IsSame(PortConfig one, PortConfig other) =>
        (one.TargetPort, one.PublishedPort, one.Protocol ?? PortProtocol.Tcp, IsMesh(one)) == (other.TargetPort, other.PublishedPort, other.Protocol ?? PortProtocol.Tcp, IsMesh(other));

    /// <summary>An address as it is compared; what is none stays, to be refused.</summary>
    private static string? Canonical(string? address) => string.IsNullOrEmpty(address) ? null : IPAddress.TryParse(address, out var parsed) ? parsed.ToString() : address;

    private static bool Meet(string? one, string? other)
    {
        if (string.IsNullOrEmpty(one) || string.IsNullOrEmpty(other) || one == other)
            return true;
        return IPAddress.TryParse(one, out var first) && IPAddress.TryParse(other, out var second) && first.AddressFamily == second.AddressFamily && (IsAny(first) || IsAny(second));
    }

    private static bool IsAny(IPAddress address) => address.Equals(address.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any);
}
