using System.Globalization;
using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Notation;

/// <summary>Published ports as <c>docker --publish</c> writes them: <c>8080:80/tcp</c>, or <c>published=8080,target=80,mode=host</c>.</summary>
public static class PortNotation
{
    private const string Expected = "Write published:target, as 8080:80 or 8080:80/udp, or published=8080,target=80,protocol=tcp,mode=host.";

    /// <summary>Reads one text, which may name a range of ports. Throws <see cref="FormatException"/> with what was expected.</summary>
    public static IReadOnlyList<PortConfig> Parse(string text) => text.Contains('=') ? [Long(text)] : Short(text);

    private static PortConfig Long(string text)
    {
        var port = new PortConfig { Protocol = PortProtocol.Tcp, PublishMode = PublishMode.Ingress };
        foreach (var part in text.Split(','))
        {
            var pair = part.Split('=', 2);
            var value = pair.Length > 1 ? pair[1] : throw new FormatException($"'{part}' in the port '{text}' needs a value. {Expected}");
            port = pair[0].Trim().ToLowerInvariant() switch
            {
                "target" => port with { TargetPort = Number(value, text) },
                "published" => port with { PublishedPort = Number(value, text) },
                "protocol" => port with { Protocol = Protocol(value, text) },
                "mode" => port with { PublishMode = ApiEnumConverter.TryParse<PublishMode>(value, out var mode) ? mode : throw new FormatException($"'{value}' in the port '{text}' is neither ingress nor host.") },
                _ => throw new FormatException($"'{pair[0]}' in the port '{text}' is no setting of a port. {Expected}"),
            };
        }
        return port.TargetPort > 0 ? port : throw new FormatException($"The port '{text}' has no target. {Expected}");
    }

    private static List<PortConfig> Short(string text)
    {
        var slash = text.Split('/', 2);
        var protocol = slash.Length > 1 ? Protocol(slash[1], text) : PortProtocol.Tcp;
        var sides = slash[0].Split(':');
        if (sides.Length > 2)
            throw new FormatException($"The port '{text}' names an address of the host, which services cannot do. {Expected}");
        var target = Range(sides[^1], text);
        var published = sides.Length == 2 && sides[0].Length > 0 ? Range(sides[0], text) : null;
        if (published is { } named && named.Count != target.Count)
            throw new FormatException($"The ranges of the port '{text}' are not of the same length. {Expected}");
        return target.Select((port, i) => new PortConfig
        {
            Protocol = protocol,
            TargetPort = port,
            PublishedPort = published?[i] ?? 0,
            PublishMode = PublishMode.Ingress,
        }).ToList();
    }

    private static List<uint> Range(string text, string whole)
    {
        var ends = text.Split('-', 2);
        var first = Number(ends[0], whole);
        var last = ends.Length > 1 ? Number(ends[1], whole) : first;
        return last >= first
            ? Enumerable.Range((int)first, (int)(last - first + 1)).Select(port => (uint)port).ToList()
            : throw new FormatException($"The range in the port '{whole}' ends before it begins. {Expected}");
    }

    private static PortProtocol Protocol(string text, string whole) =>
        ApiEnumConverter.TryParse<PortProtocol>(text, out var protocol) ? protocol : throw new FormatException($"'{text}' in the port '{whole}' is none of: {ApiEnumConverter.Choices(typeof(PortProtocol))}.");

    private static uint Number(string text, string whole) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw new FormatException($"'{text}' in the port '{whole}' is no port: a number from 1 to 65535. {Expected}");
}
