namespace SwarmPS.Daemon.Api.Http;

/// <summary>What answers a request.</summary>
internal delegate Task Answer(ApiCall call);

/// <summary>A method and a path, and what answers there.</summary>
internal sealed class Route
{
    private readonly string[] segments;

    /// <summary>A route.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path without a version; <c>{id}</c> stands for any one segment.</param>
    /// <param name="answer">What answers there.</param>
    public Route(string method, string path, Answer answer)
    {
        (Method, Path, Answer) = (method, path, answer);
        segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The method.</summary>
    public string Method { get; }

    /// <summary>The path without a version; <c>{id}</c> stands for any one segment.</summary>
    public string Path { get; }

    /// <summary>What answers there.</summary>
    public Answer Answer { get; }

    /// <summary>Whether a path is this route's; gives the segment at <c>{id}</c>, or an empty one.</summary>
    public bool Matches(string[] path, out string id)
    {
        id = "";
        if (path.Length != segments.Length)
            return false;
        for (var i = 0; i < segments.Length; i++)
        {
            if (segments[i] == "{id}")
                id = path[i];
            else if (segments[i] != path[i])
                return false;
        }
        return true;
    }
}
