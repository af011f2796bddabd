using System.Collections.Concurrent;
using System.Net;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Networking.Names;

/// <summary>
/// The <c>resolv.conf</c> of containers, which are mounted over the engine's: that one's resolver passes no short names on, and dies with
/// the engine.
/// </summary>
/// <param name="folder">Where they are; made when the first is written.</param>
internal sealed class ResolverFiles(string folder)
{
    private const string Ending = ".resolv.conf";
    private const string Asked = "# asked: ";

    private readonly ConcurrentDictionary<string, IReadOnlyList<IPAddress>> resolvers = new(StringComparer.Ordinal);

    /// <summary>Writes a task's file and gives its path.</summary>
    /// <param name="task">The task.</param>
    /// <param name="gateway">This node's gateway in the first of its networks.</param>
    /// <param name="wanted">What the service asks for.</param>
    public string Write(string task, string gateway, DnsConfig? wanted)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(PathOf(task), Text(gateway, wanted));
        resolvers.TryRemove(task, out _);
        return PathOf(task);
    }

    /// <summary>The resolvers that a task's service names, which are asked in place of the host's: by the gateway, not by the container.</summary>
    public IReadOnlyList<IPAddress> Resolvers(string task) => resolvers.GetOrAdd(task, _ => Read(PathOf(task)));

    /// <summary>Removes a task's file.</summary>
    public void Remove(string task)
    {
        resolvers.TryRemove(task, out _);
        File.Delete(PathOf(task));
    }

    /// <summary>Removes the files of all other tasks.</summary>
    public void Keep(IEnumerable<string> tasks)
    {
        if (!Directory.Exists(folder))
            return;
        var kept = tasks.Select(PathOf).ToHashSet();
        foreach (var path in Directory.EnumerateFiles(folder, "*" + Ending).Where(path => !kept.Contains(path)))
            File.Delete(path);
    }

    /// <summary>A file's text. What the service's own resolvers are stays with it, for a daemon that starts anew.</summary>
    public static string Text(string gateway, DnsConfig? wanted)
    {
        IReadOnlyList<string> search = wanted?.Search is { } domains ? domains : [];
        IReadOnlyList<string> options = wanted?.Options is { } all ? all : [];
        var hasDots = options.Any(option => option.StartsWith("ndots:", StringComparison.Ordinal));
        return (wanted?.Nameservers is { Count: > 0 } own ? $"{Asked}{string.Join(' ', own)}\n" : "")
            + $"nameserver {gateway}\n"
            + (search.Count > 0 ? $"search {string.Join(' ', search)}\n" : "")
            + $"options {string.Join(' ', hasDots ? options : [.. options, "ndots:0"])}\n";
    }

    private static IReadOnlyList<IPAddress> Read(string path)
    {
        var line = File.Exists(path) ? File.ReadLines(path).FirstOrDefault(line => line.StartsWith(Asked, StringComparison.Ordinal)) : null;
        var named = (line?[Asked.Length..] ?? "").Split(' ').Select(word => IPAddress.TryParse(word, out var address) ? address : null);
        return [.. named.OfType<IPAddress>().Take(Limits.ResolversMax)];
    }

    private string PathOf(string task) => Path.Combine(folder, task + Ending);
}
