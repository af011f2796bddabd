using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Newtonsoft.Json;
using SwarmPS.Api;

namespace SwarmPS.Daemon.Api.Http;

/// <summary>Writes objects into responses, straight into the connection's buffers.</summary>
internal static class JsonAnswer
{
    /// <summary>Characters after which a long list is sent on.</summary>
    private const int FlushEvery = 64 << 10;

    private static readonly object Begun = new();

    /// <summary>One object.</summary>
    public static async Task WriteAsync(HttpResponse response, object value, int status, CancellationToken stop)
    {
        Begin(response, status);
        using var text = new PipeText(response);
        ApiJson.Serializer.Serialize(text, value);
        text.Send();
        await response.BodyWriter.FlushAsync(stop).ConfigureAwait(false);
    }

    /// <summary>A list, sent on as it is written.</summary>
    public static async Task WriteListAsync<T>(HttpResponse response, IEnumerable<T> values, CancellationToken stop) where T : class
    {
        Begin(response, StatusCodes.Status200OK);
        using var text = new PipeText(response);
        using var json = new JsonTextWriter(text) { AutoCompleteOnClose = false, CloseOutput = false };
        json.WriteStartArray();
        foreach (var value in values)
        {
            ApiJson.Serializer.Serialize(json, value);
            if (text.Unsent < FlushEvery)
                continue;
            text.Send();
            await response.BodyWriter.FlushAsync(stop).ConfigureAwait(false);
        }
        json.WriteEndArray();
        text.Send();
        await response.BodyWriter.FlushAsync(stop).ConfigureAwait(false);
    }

    /// <summary>One object on a line of its own, sent at once: for streams.</summary>
    public static async Task WriteLineAsync(HttpResponse response, object value, CancellationToken stop)
    {
        using var text = new PipeText(response);
        ApiJson.Serializer.Serialize(text, value);
        text.Write('\n');
        text.Send();
        await response.BodyWriter.FlushAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Whether a part of an answer was written, so that nothing else can follow in its place.</summary>
    public static bool HasBegun(HttpContext context) => context.Response.HasStarted || context.Items.ContainsKey(Begun);

    private static void Begin(HttpResponse response, int status)
    {
        response.StatusCode = status;
        response.ContentType = "application/json";
    }

    /// <summary>Text as UTF-8 into a response. Nothing is kept back after <see cref="Send"/>; what a fault leaves unsent is dropped.</summary>
    private sealed class PipeText(HttpResponse response) : TextWriter
    {
        private readonly PipeWriter pipe = response.BodyWriter;
        private readonly char[] chars = ArrayPool<char>.Shared.Rent(4096);
        private int used;
        private bool returned;

        public override Encoding Encoding => Encoding.UTF8;

        /// <summary>Characters written since the last <see cref="Send"/>.</summary>
        public int Unsent { get; private set; }

        public override void Write(char value)
        {
            if (used == chars.Length)
                Drain();
            chars[used++] = value;
            Unsent++;
        }

        public override void Write(string? value) => Write(value.AsSpan());

        public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

        public override void Write(ReadOnlySpan<char> buffer)
        {
            Unsent += buffer.Length;
            while (!buffer.IsEmpty)
            {
                if (used == chars.Length)
                    Drain();
                var part = buffer[..Math.Min(buffer.Length, chars.Length - used)];
                part.CopyTo(chars.AsSpan(used));
                used += part.Length;
                buffer = buffer[part.Length..];
            }
        }

        public void Send()
        {
            Drain();
            Unsent = 0;
        }

        protected override void Dispose(bool disposing)
        {
            if (!returned)
            {
                ArrayPool<char>.Shared.Return(chars);
                returned = true;
            }
            base.Dispose(disposing);
        }

        /// <summary>Encodes what there is; half of a surrogate pair waits for its other half.</summary>
        private void Drain()
        {
            response.HttpContext.Items[Begun] = true;
            var whole = used > 0 && char.IsHighSurrogate(chars[used - 1]) ? used - 1 : used;
            var target = pipe.GetSpan(Encoding.UTF8.GetMaxByteCount(whole));
            pipe.Advance(Encoding.UTF8.GetBytes(chars.AsSpan(0, whole), target));
            if (whole < used)
                chars[0] = chars[whole];
            used -= whole;
        }
    }
}
