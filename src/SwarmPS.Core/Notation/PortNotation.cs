using System.Globalization;
using System.Net;
using SwarmPS.Model;

namespace SwarmPS.Notation;

/// <summary>
/// Published ports as docker's <c>--publish</c> has them: <c>8080:80/tcp</c>, or <c>published=8080,target=80,protocol=tcp,mode=host</c>; and with the
/// address that they are published on, as <c>127.0.0.1:8080:80</c>, <c>[::1]:8080:80</c> or <c>host_ip=127.0.0.1</c>, which docker takes for containers only.
/// </summary>
public static class PortNotation
{
    private const string Expected = "Write PUBLISHED:TARGET, as 8080:80, 8080:80/udp or 127.0.0.1:8080:80, or target=80,published=8080,protocol=tcp,mode=host,host_ip=127.0.0.1.";

    /// <summary>Ports a range may have.</summary>
    private const uint RangeMax = 1000;

    /// <summary>Reads one port, or a range of them. Throws <see cref="FormatException"/> with what was expected.</summary>
    public static ValueList<PortConfig> Parse(string text) => text.Contains('=') ? [Long(text)] : Short(text);

    /// <summary>Writes a port as docker's tables do: <c>*:8080->80/tcp</c>; one of host mode says so.</summary>
    public static string Format(PortConfig port)
    {
        var leads = $"{port.PublishedPort}->{port.TargetPort}/{(port.Protocol ?? PortProtocol.Tcp).ToString().ToLowerInvariant()}";
        var isHost = port.PublishMode == PublishMode.Host;
        var address = string.IsNullOrEmpty(port.HostIP) ? (isHost ? "" : "*:") : Bracketed(port.HostIP) + ":";
        string?[] notes = [isHost ? "host" : null, port.PreserveSource == true ? "preserve-source" : null, port.PreferLocal == true ? "prefer-local" : null];
        return $"{address}{leads}{(string.Join(", ", notes.OfType<string>()) is { Length: > 0 } told ? $" ({told})" : "")}";
    }

    /// <summary>An address as it is written before a port.</summary>
    public static string Bracketed(string address) => address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;

    /// <summary>Reads <c>80</c> or <c>80/udp</c>: which ports of the container an update takes away.</summary>
    public static (uint TargetPort, PortProtocol Protocol) ParseTarget(string text)
    {
        var (ports, protocol) = Protocol(text, text);
        return (Number(ports, text), protocol);
    }

    private static PortConfig Long(string text)
    {
        var port = new PortConfig { Protocol = PortProtocol.Tcp, PublishMode = PublishMode.Ingress, HostIP = "", PreserveSource = false, PreferLocal = false };
        foreach (var (name, value) in CommaFields.Parse(text))
        {
            port = name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal) switch
            {
                "target" => port with { TargetPort = Number(value ?? "", text) },
                "published" => port with { PublishedPort = Number(value ?? "", text) },
                "protocol" => port with { Protocol = Word<PortProtocol>("protocol", value, text) },
                "mode" => port with { PublishMode = Word<PublishMode>("mode", value, text) },
                "name" => port with { Name = value },
                "preservesource" => port with { PreserveSource = CommaFields.Flag(name, value) },
                "preferlocal" => port with { PreferLocal = CommaFields.Flag(name, value) },
                "hostip" => port with { HostIP = Address(value ?? "", text) },
                _ => throw new FormatException($"'{text}' has a field '{name}', which a port does not have. {Expected}"),
            };
        }
        return port.TargetPort > 0 ? port : throw new FormatException($"'{text}' has no target: the port inside the container is missing. {Expected}");
    }

    private static ValueList<PortConfig> Short(string text)
    {
        var (ports, protocol) = Protocol(text, text);
        var (address, rest) = SplitAddress(ports, text);
        var parts = rest.Split(':');
        if (parts.Length > 2)
            throw new FormatException($"'{text}' has too many parts. {Expected}");
        var targets = Range(parts[^1], text);
        var published = parts is [{ Length: > 0 } outside, _] ? Range(outside, text) : [];
        if (published.Count > 0 && targets.Count > 1 && targets.Count != published.Count)
            throw new FormatException($"'{text}' has {published.Count} published ports for {targets.Count} of the container. Both ranges must be equally long.");
        var count = Math.Max(targets.Count, published.Count);
        return Enumerable.Range(0, count).Select(i => new PortConfig
        {
            Protocol = protocol,
            PublishMode = PublishMode.Ingress,
            HostIP = address,
            PreserveSource = false,
            PreferLocal = false,
            TargetPort = targets[targets.Count == 1 ? 0 : i],
            PublishedPort = published.Count == 0 ? 0 : published[i],
        }).ToValueList();
    }

    /// <summary>The address before the ports, in brackets where it is one of IPv6; empty where there is none.</summary>
    private static (string Address, string Ports) SplitAddress(string ports, string text)
    {
        var end = ports.StartsWith('[') ? ports.IndexOf("]:", StringComparison.Ordinal) + 1 : ports.Count(letter => letter == ':') >= 2 ? ports.IndexOf(':', StringComparison.Ordinal) : -1;
        return end switch
        {
            < 0 => ("", ports),
            0 => throw new FormatException($"'{text}' has a bracket that is not closed, or no port after it. {Expected}"),
            _ => (Address(ports[..end].Trim('[', ']'), text), ports[(end + 1)..]),
        };
    }

    private static string Address(string address, string text) => address.Length == 0 || (IPAddress.TryParse(address, out _) && address.AsSpan().ContainsAny('.', ':'))
        ? address
        : throw new FormatException($"'{address}' in '{text}' is not an address to publish on. {Expected}");

    private static (string Ports, PortProtocol Protocol) Protocol(string ports, string text)
    {
        var slash = ports.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (ports, PortProtocol.Tcp) : (ports[..slash], Word<PortProtocol>("protocol", ports[(slash + 1)..], text));
    }

    private static List<uint> Range(string range, string text)
    {
        var ends = range.Split('-');
        var (first, last) = (Number(ends[0], text), Number(ends[^1], text));
        if (ends.Length > 2 || last < first || last - first >= RangeMax)
            throw new FormatException($"'{range}' in '{text}' is not a range of ports. Write the lower one first, as 8000-8010, {RangeMax} at most.");
        return [.. Enumerable.Range((int)first, (int)(last - first + 1)).Select(port => (uint)port)];
    }

    private static uint Number(string number, string text) =>
        uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw new FormatException($"'{number}' in '{text}' is not a port: 1 to 65535. {Expected}");

    private static T Word<T>(string field, string? word, string text) where T : struct, Enum =>
        Enum.TryParse<T>(word, ignoreCase: true, out var value) && !char.IsAsciiDigit(word[0])
            ? value
            : throw new FormatException($"'{word}' in '{text}' is not a {field}. Known are: {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}.");
}
