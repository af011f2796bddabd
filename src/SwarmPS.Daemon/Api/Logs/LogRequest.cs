using System.Globalization;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Queries;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api.Logs;

/// <summary>Which output a client wants, and how it should look.</summary>
internal sealed record LogRequest
{
    /// <summary>Standard output.</summary>
    public bool Stdout { get; init; }

    /// <summary>Standard error.</summary>
    public bool Stderr { get; init; }

    /// <summary>Go on as more comes.</summary>
    public bool Follow { get; init; }

    /// <summary>Begin there; empty for the start.</summary>
    public string Since { get; init; } = "";

    /// <summary>The last lines of each task.</summary>
    public string Tail { get; init; } = "all";

    /// <summary>Each line with its time.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Each line with its node, service and task.</summary>
    public bool Details { get; init; }

    /// <summary>The client's API version is below 1.42, which has one content type for streams with frames and without.</summary>
    public bool HasOldTypes { get; init; }

    /// <summary>Reads the query. Throws <see cref="SwarmException"/> where it asks for nothing.</summary>
    public static LogRequest From(ApiCall call)
    {
        var request = new LogRequest
        {
            Stdout = call.Flag("stdout"),
            Stderr = call.Flag("stderr"),
            Follow = call.Flag("follow"),
            Since = call.Query("since") is null or "0" ? "" : call.Query("since")!,
            Tail = call.Query("tail") is { Length: > 0 } tail ? tail : "all",
            Timestamps = call.Flag("timestamps"),
            Details = call.Flag("details"),
            HasOldTypes = call.Version is { } version && version.CompareTo(new(1, 42)) < 0,
        };
        // The node's engine reads it; only what is a time reaches it.
        _ = QueryTime.Of(call, "since");
        if (!request.Stdout && !request.Stderr)
            throw SwarmException.Invalid("Bad parameters: you must choose at least one stream");
        if (request.Tail != "all" && !int.TryParse(request.Tail, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            throw SwarmException.Invalid($"invalid tail '{request.Tail}': give a number of lines, or all");
        return request;
    }

    /// <summary>What is asked of a task that is there already. Times are always asked for: lines are ordered by them.</summary>
    public TaskLogOptions Present() => new() { Stdout = Stdout, Stderr = Stderr, Follow = Follow, Since = Since, Tail = Tail, Timestamps = true };

    /// <summary>What is asked of a task that comes later: everything.</summary>
    public TaskLogOptions Later() => Present() with { Since = "", Tail = "all" };
}
