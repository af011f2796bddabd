using SwarmPS.Model;

namespace SwarmPS.Daemon.Api.Http;

/// <summary>Finds what answers a request: one of our routes, or nothing, where the path belongs to the engine.</summary>
internal sealed class Router(IReadOnlyList<Route> routes)
{
    /// <summary>First segments that are ours alone: a path below them never reaches the engine, whose own swarm mode stays off.</summary>
    internal static readonly string[] Ours = ["swarm", "services", "tasks", "nodes", "secrets", "configs", "swarmps", "_ping", "version", "info"];

    /// <summary>All routes.</summary>
    public IReadOnlyList<Route> Routes => routes;

    /// <summary>What answers, and the segment at <c>{id}</c>; null where the engine is asked. Throws where the path is ours and leads nowhere.</summary>
    public (Answer Answer, string Id)? Find(string method, string path)
    {
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var otherMethod = false;
        foreach (var route in routes)
        {
            if (!route.Matches(segments, out var id))
                continue;
            if (route.Method == method)
                return (route.Answer, Uri.UnescapeDataString(id));
            otherMethod = true;
        }
        if (IsOurs(segments))
            throw new SwarmException(SwarmErrorCode.NotFound, otherMethod ? $"page not found: {method} is not allowed on {path}" : $"page not found: {path}");
        return null;
    }

    /// <summary>Whether a path is ours, whatever it leads to.</summary>
    public static bool IsOurs(string path) => IsOurs(path.Split('/', StringSplitOptions.RemoveEmptyEntries));

    private static bool IsOurs(string[] segments) => segments.Length > 0 && Ours.Contains(segments[0], StringComparer.OrdinalIgnoreCase);
}
