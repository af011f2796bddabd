using SwarmPS.Model;

namespace SwarmPS.Notation;

/// <summary>Networks as docker's <c>--network</c> has them: a name, or <c>name=web,alias=www,driver-opt=key=value</c>.</summary>
public static class NetworkNotation
{
    private const string Expected = "Write a network's name, or name=NETWORK,alias=NAME,driver-opt=KEY=VALUE.";

    /// <summary>Reads a network. Throws <see cref="FormatException"/> with what was expected.</summary>
    public static NetworkAttachmentConfig Parse(string text)
    {
        if (text.Length > 0 && !text.AsSpan().ContainsAny(',', '='))
            return new() { Target = text };
        var network = new NetworkAttachmentConfig();
        foreach (var (name, value) in CommaFields.Parse(text))
        {
            var given = value is { Length: > 0 } ? value : throw new FormatException($"'{text}' has a field '{name}' without a value. {Expected}");
            network = name switch
            {
                "name" => network with { Target = given },
                "alias" => network with { Aliases = [.. network.Aliases.OrEmpty(), given] },
                "driver-opt" => network with { DriverOpts = Option(network.DriverOpts, given, text) },
                _ => throw new FormatException($"'{text}' has a field '{name}', which is none of name, alias, driver-opt. {Expected}"),
            };
        }
        return network.Target is { Length: > 0 } ? network : throw new FormatException($"'{text}' has no name: the network is missing. {Expected}");
    }

    private static ValueMap<string> Option(ValueMap<string>? options, string pair, string text)
    {
        var at = pair.IndexOf('=', StringComparison.Ordinal);
        return at > 0
            ? (options ?? ValueMap<string>.Empty).With(pair[..at], pair[(at + 1)..])
            : throw new FormatException($"'driver-opt={pair}' in '{text}' has no value. {Expected}");
    }
}
