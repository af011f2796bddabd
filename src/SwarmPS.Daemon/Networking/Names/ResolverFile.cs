using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Names;

/// <summary>The <c>resolv.conf</c> of a container, which is mounted over the engine's: that one's resolver passes no short names on, and dies with the engine.</summary>
internal static class ResolverFile
{
    /// <summary>The file's text.</summary>
    /// <param name="gateway">This node's gateway in the first of the container's networks.</param>
    /// <param name="wanted">What the service asks for; its name servers are asked by the gateway's server, not by the container.</param>
    public static string Text(string gateway, DnsConfig? wanted)
    {
        IReadOnlyList<string> search = wanted?.Search is { } domains ? domains : [];
        IReadOnlyList<string> options = wanted?.Options is { } all ? all : [];
        var hasDots = options.Any(option => option.StartsWith("ndots:", StringComparison.Ordinal));
        return $"nameserver {gateway}\n"
            + (search.Count > 0 ? $"search {string.Join(' ', search)}\n" : "")
            + $"options {string.Join(' ', hasDots ? options : [.. options, "ndots:0"])}\n";
    }
}
