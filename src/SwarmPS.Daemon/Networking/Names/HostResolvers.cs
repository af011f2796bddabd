using System.Net;

namespace SwarmPS.Daemon.Networking.Names;

/// <summary>The resolvers that a host uses itself, as its <c>resolv.conf</c> names them now.</summary>
/// <param name="path">The file.</param>
internal sealed class HostResolvers(string path = "/etc/resolv.conf")
{
    private readonly Lock gate = new();
    private DateTime read;
    private IReadOnlyList<IPAddress> servers = [];

    /// <summary>The resolvers, in order. The file is read when it has changed.</summary>
    public IReadOnlyList<IPAddress> Current()
    {
        lock (gate)
        {
            var changed = File.GetLastWriteTimeUtc(path);
            if (changed == read)
                return servers;
            (read, servers) = (changed, File.Exists(path) ? Read(File.ReadAllText(path)) : []);
            return servers;
        }
    }

    /// <summary>The resolvers that a file names.</summary>
    public static IReadOnlyList<IPAddress> Read(string text)
    {
        var named = text.Split('\n').Select(line => line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length >= 2 && words[0] == "nameserver")
            .Select(words => IPAddress.TryParse(words[1], out var address) ? address : null);
        return [.. named.OfType<IPAddress>().Take(Limits.ResolversMax)];
    }
}
