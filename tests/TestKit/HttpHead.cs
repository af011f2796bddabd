using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace SwarmPS.TestKit;

/// <summary>The head of an HTTP request or response: a first line and headers, as they are sent.</summary>
internal sealed class HttpHead(string first, List<(string Name, string Value)> headers)
{
    /// <summary>The first line.</summary>
    public string First { get; set; } = first;

    /// <summary>The value of a header; null where there is none.</summary>
    public string? this[string name]
    {
        get => headers.Find(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
        set
        {
            headers.RemoveAll(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (value is not null)
                headers.Add((name, value));
        }
    }

    /// <summary>Reads a head and nothing after it; null where the connection ends before.</summary>
    public static async Task<HttpHead?> ReadAsync(Stream from, CancellationToken stop)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (text.Length < 4 || text.ToString(text.Length - 4, 4) != "\r\n\r\n")
        {
            if (await from.ReadAsync(one, stop) == 0)
                return null;
            text.Append((char)one[0]);
        }
        var lines = text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        return new(lines[0], [.. lines.Skip(1).Select(line => line.Split(':', 2)).Select(parts => (parts[0], parts[1].Trim()))]);
    }

    /// <summary>Reads the body that follows a request's head, whichever way its length is told; it has a <c>Content-Length</c> from then on.</summary>
    public async Task<byte[]> ReadBodyAsync(Stream from, CancellationToken stop)
    {
        if (this["Transfer-Encoding"] is null)
            return await TakeAsync(from, int.Parse(this["Content-Length"] ?? "0", CultureInfo.InvariantCulture), stop);
        using var body = new MemoryStream();
        for (var size = -1; size != 0;)
        {
            size = int.Parse(await LineAsync(from, stop), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.Write(await TakeAsync(from, size, stop));
            await LineAsync(from, stop);
        }
        this["Transfer-Encoding"] = null;
        this["Content-Length"] = body.Length.ToString(CultureInfo.InvariantCulture);
        return body.ToArray();
    }

    private static async Task<string> LineAsync(Stream from, CancellationToken stop)
    {
        var line = new StringBuilder();
        while (line.Length < 2 || line[^2] != '\r' || line[^1] != '\n')
            line.Append((char)(await TakeAsync(from, 1, stop))[0]);
        return line.ToString().TrimEnd();
    }

    private static async Task<byte[]> TakeAsync(Stream from, int count, CancellationToken stop)
    {
        var bytes = new byte[count];
        await from.ReadExactlyAsync(bytes, stop);
        return bytes;
    }

    /// <summary>Sends the head.</summary>
    public Task WriteAsync(Stream to, CancellationToken stop)
    {
        var text = new StringBuilder(First).Append("\r\n");
        foreach (var (name, value) in headers)
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        return to.WriteAsync(Encoding.Latin1.GetBytes(text.Append("\r\n").ToString()), stop).AsTask();
    }

    /// <summary>Connects to a unix socket.</summary>
    public static async Task<Socket> ConnectAsync(string path, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), stop);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
