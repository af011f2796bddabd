using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Newtonsoft.Json;
using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api.Http;

/// <summary>One request to an endpoint of ours.</summary>
/// <param name="Context">The request and its response.</param>
/// <param name="Id">The segment at <c>{id}</c>, or an empty one.</param>
/// <param name="Stop">Cancelled when the client goes or the server stops.</param>
internal sealed record ApiCall(HttpContext Context, string Id, CancellationToken Stop)
{
    /// <summary>Bytes of a body beyond which the connection breaks: 64 MiB.</summary>
    public const long RefusedBytesMax = 64L << 20;

    /// <summary>The API version that the client names in the path; null where it names none.</summary>
    public ApiVersion? Version => ApiVersion.Split(Context.Request.Path.Value ?? "/").Version;

    /// <summary>A query parameter, or null.</summary>
    public string? Query(string name) => Context.Request.Query.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <summary>A switch in the query, as Docker reads them: absent, empty, 0, no, false and none are false.</summary>
    public bool Flag(string name) =>
        Query(name)?.Trim().ToLowerInvariant() is not (null or "" or "0" or "no" or "false" or "none");

    /// <summary>The <c>version</c> parameter, which an update must have.</summary>
    public ulong VersionOf(string kind)
    {
        var text = Query("version") ?? "";
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw SwarmException.Invalid($"invalid {kind} version '{text}': name the Version.Index of the {kind} that this update was made from, as ?version=42");
    }

    /// <summary>The body as an object. Throws <see cref="SwarmException"/> where it is none.</summary>
    public async Task<T> BodyAsync<T>() => Read<T>(await TextAsync().ConfigureAwait(false));

    /// <summary>A body's text as an object. Throws <see cref="SwarmException"/> where it is none.</summary>
    public static T Read<T>(string text)
    {
        try
        {
            return ApiJson.Read<T>(text);
        }
        catch (JsonException fault)
        {
            throw SwarmException.Invalid($"invalid JSON in the body: {fault.Message}");
        }
    }

    /// <summary>
    /// The body as text, within <see cref="ApiJson.BodyBytesMax"/>. Somewhat more is read to its end and then refused, for a
    /// client that is still sending does not hear the refusal; far more breaks the connection.
    /// </summary>
    public async Task<string> TextAsync()
    {
        var request = Context.Request;
        if (request.ContentType is { Length: > 0 } type && !type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase))
            throw SwarmException.Invalid($"unsupported Content-Type header ({type}): must be 'application/json'");
        using var body = new MemoryStream();
        await CopyBodyAsync(body).ConfigureAwait(false);
        return Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length);
    }

    /// <summary>The body's bytes, which whoever the request is passed on to reads once more; within the limit of <see cref="TextAsync"/>.</summary>
    public async Task<byte[]> KeepBodyAsync()
    {
        using var body = new MemoryStream();
        await CopyBodyAsync(body).ConfigureAwait(false);
        var bytes = body.ToArray();
        Context.Request.Body = new MemoryStream(bytes, writable: false);
        return bytes;
    }

    /// <summary>Copies the body, within the limit of <see cref="TextAsync"/>.</summary>
    public async Task CopyBodyAsync(MemoryStream body)
    {
        var request = Context.Request;
        var (buffer, total) = (ArrayPool<byte>.Shared.Rent(16 << 10), 0L);
        try
        {
            int read;
            while ((read = await request.Body.ReadAsync(buffer, Stop).ConfigureAwait(false)) > 0)
            {
                total += read;
                if (total <= ApiJson.BodyBytesMax)
                    body.Write(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        if (total > ApiJson.BodyBytesMax)
            throw SwarmException.Invalid($"The body has {total} bytes; {ApiJson.BodyBytesMax} at most are read.");
    }

    /// <summary>Answers with one object.</summary>
    public Task AnswerAsync(object value, int status = StatusCodes.Status200OK) =>
        JsonAnswer.WriteAsync(Context.Response, value, status, Stop);

    /// <summary>Answers with a list, however long.</summary>
    public Task AnswerListAsync<T>(IEnumerable<T> values) where T : class =>
        JsonAnswer.WriteListAsync(Context.Response, values, Stop);

    /// <summary>Answers without a body.</summary>
    public Task AnswerEmptyAsync(int status = StatusCodes.Status200OK)
    {
        Context.Response.StatusCode = status;
        Context.Response.ContentLength = status == StatusCodes.Status204NoContent ? null : 0;
        return Task.CompletedTask;
    }
}
