using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Composition;

/// <summary>Works out listen and advertise addresses as Docker does.</summary>
internal static class HostAddresses
{
    /// <summary>The managers' port where nothing is said.</summary>
    public const int DefaultPort = 2377;

    /// <summary>Interfaces that container engines and we ourselves make: never the way to other nodes.</summary>
    private static readonly string[] VirtualPrefixes = ["docker", "br-", "veth", "swp", "lo"];

    /// <summary>Reads <c>ADDRESS|INTERFACE[:PORT]</c>; the given defaults fill what is missing.</summary>
    public static IPEndPoint Parse(string? text, IPAddress defaultAddress, int defaultPort)
    {
        if (string.IsNullOrEmpty(text))
            return new(defaultAddress, defaultPort);
        var (host, port) = SplitPort(text, defaultPort);
        if (host == "")
            return new(defaultAddress, port);
        return new(IPAddress.TryParse(host.Trim('[', ']'), out var address) ? address : OfInterface(host, text), port);
    }

    /// <summary>The one address other nodes can reach this machine by. Throws where there are several and none was named.</summary>
    public static IPAddress Advertised(IReadOnlyList<(string Interface, IPAddress Address)> local)
    {
        var candidates = local.Where(entry => !VirtualPrefixes.Any(prefix => entry.Interface.StartsWith(prefix, StringComparison.Ordinal))).ToList();
        if (candidates.Count == 0)
            return IPAddress.Loopback;
        if (candidates.Count == 1)
            return candidates[0].Address;
        var list = string.Join(", ", candidates.Select(entry => $"{entry.Address} on {entry.Interface}"));
        throw SwarmException.Invalid(
            $"could not choose an IP address to advertise since this system has multiple addresses ({list}) - specify one with --advertise-addr (-AdvertiseAddr)");
    }

    /// <summary>The machine's IPv4 addresses that are up, with their interfaces; link-local ones are left out.</summary>
    public static IReadOnlyList<(string Interface, IPAddress Address)> Local() =>
        NetworkInterface.GetAllNetworkInterfaces()
            .Where(card => card.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
            .SelectMany(card => card.GetIPProperties().UnicastAddresses.Select(entry => (card.Name, entry.Address)))
            .Where(entry => entry.Address.AddressFamily == AddressFamily.InterNetwork && !entry.Address.ToString().StartsWith("169.254.", StringComparison.Ordinal))
            .ToList();

    /// <summary>The address that was asked to be advertised; null where none was. Throws <see cref="SwarmException"/> where it is none to be reached by.</summary>
    public static IPEndPoint? NamedAdvertise(string? asked, IPEndPoint listen)
    {
        if (string.IsNullOrEmpty(asked))
            return null;
        var named = Parse(asked, IPAddress.Any, listen.Port);
        return named.Address.Equals(IPAddress.Any) || named.Address.Equals(IPAddress.IPv6Any)
            ? throw SwarmException.Invalid("advertise address must be a non-zero IP address or network interface (with optional port number)")
            : named;
    }

    /// <summary>Throws <see cref="SwarmException"/> where an address is not one of this machine's.</summary>
    public static void RequireLocal(IPAddress address, string what)
    {
        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || IPAddress.IsLoopback(address))
            return;
        var own = NetworkInterface.GetAllNetworkInterfaces().SelectMany(card => card.GetIPProperties().UnicastAddresses).Select(entry => entry.Address).ToList();
        if (!own.Contains(address))
            throw SwarmException.Invalid($"{what} address {address} is not an address of this machine ({string.Join(", ", own)}); name one that is, or an interface");
    }

    /// <summary>The address of the data plane, an address or an interface of this machine; null where none is asked for. Throws <see cref="SwarmException"/>.</summary>
    public static string? DataPath(string? asked)
    {
        if (string.IsNullOrEmpty(asked))
            return null;
        var address = Parse(asked, IPAddress.Any, DefaultPort).Address;
        if (address.AddressFamily is not AddressFamily.InterNetwork || address.Equals(IPAddress.Any))
            throw SwarmException.Invalid($"data path address {address} must be one IPv4 address, or an interface that has one");
        RequireLocal(address, "data path");
        return address.ToString();
    }

    private static (string Host, int Port) SplitPort(string text, int defaultPort)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || (text.Contains(']') && colon < text.IndexOf(']')) || (text.IndexOf(':') != colon && !text.Contains(']')))
            return (text, defaultPort);
        if (int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535)
            return (text[..colon], port);
        throw SwarmException.Invalid($"invalid address {text}: the port must be a number from 1 to 65535");
    }

    private static IPAddress OfInterface(string name, string text)
    {
        var found = Local().Where(entry => entry.Interface == name).Select(entry => entry.Address).ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw SwarmException.Invalid($"invalid address {text}: '{name}' is neither an IP address nor an interface of this machine with an IPv4 address"),
            _ => throw SwarmException.Invalid($"invalid address {text}: interface {name} has several addresses ({string.Join(", ", found)}); name one of them"),
        };
    }
}
