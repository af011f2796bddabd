using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace SwarmPS.Api;

/// <summary>Which of a service's output is wanted.</summary>
public sealed record LogQuery
{
    /// <summary>Go on as more comes.</summary>
    public bool Follow { get; init; }

    /// <summary>Begin there: RFC 3339, or seconds since 1970.</summary>
    public string? Since { get; init; }

    /// <summary>The last lines of each task: a number, or <c>all</c>.</summary>
    public string? Tail { get; init; }

    /// <summary>Each line with its time.</summary>
    public bool Timestamps { get; init; }
}

/// <summary>A piece of output in the Engine API's multiplexed stream: a byte that names the stream, three zeros, a length, the bytes.</summary>
/// <param name="Stderr">Whether it came from standard error.</param>
/// <param name="Data">The bytes.</param>
public sealed record LogFrame(bool Stderr, byte[] Data)
{
    /// <summary>Bytes of a frame's head.</summary>
    public const int HeadBytes = 8;

    /// <summary>Bytes a frame may have.</summary>
    public const int DataBytesMax = 16 << 20;

    /// <summary>The frames of a stream until its end. A stream that breaks off inside a frame is an error.</summary>
    public static async IAsyncEnumerable<LogFrame> ReadAllAsync(Stream stream, [EnumeratorCancellation] CancellationToken stop)
    {
        var head = new byte[HeadBytes];
        while (await stream.ReadAtLeastAsync(head, HeadBytes, throwOnEndOfStream: false, stop).ConfigureAwait(false) is var got && got > 0)
        {
            if (got < HeadBytes)
                throw new EndOfStreamException("The log broke off in the middle of a line.");
            var length = BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(4));
            if (head[0] > 2 || length > DataBytesMax)
                throw new InvalidDataException("The log is not in the Engine API's multiplexed format.");
            var data = new byte[length];
            await stream.ReadExactlyAsync(data, stop).ConfigureAwait(false);
            yield return new(head[0] == 2, data);
        }
    }
}
