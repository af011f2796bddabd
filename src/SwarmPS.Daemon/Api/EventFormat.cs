using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Headers;
using SwarmPS.Daemon.Api.Http;

namespace SwarmPS.Daemon.Api;

/// <summary>How events are written: a line of JSON each, since API 1.52 under the content type that the client accepts.</summary>
/// <param name="ContentType">The stream's content type.</param>
/// <param name="Before">What precedes each event.</param>
internal sealed record EventFormat(string ContentType, string Before = "")
{
    private static readonly ApiVersion Negotiates = new(1, 52);

    /// <summary>What every version has, and what a client gets that accepts anything.</summary>
    private static readonly EventFormat Plain = new("application/json");

    /// <summary>The others, the preferred one first where a client accepts several alike.</summary>
    private static readonly EventFormat[] Offered = [new("application/x-ndjson"), new("application/jsonl"), new("application/json-seq", "\u001e")];

    /// <summary>The format of an answer.</summary>
    public static EventFormat Of(ApiCall call)
    {
        if (call.Version is { } version && version.CompareTo(Negotiates) < 0)
            return Plain;
        var accepted = call.Context.Request.GetTypedHeaders().Accept;
        return Offered.Prepend(Plain)
            .Select(format => (Format: format, Quality: accepted.FirstOrDefault(type => type.MediaType.Equals(format.ContentType, StringComparison.OrdinalIgnoreCase)) is { } type ? type.Quality ?? 1 : 0))
            .OrderByDescending(offer => offer.Quality).First().Format;
    }

    /// <summary>An event in the stream.</summary>
    public string Write(string json) => $"{Before}{json}\n";
}
