using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace SwarmPS.Api;

/// <summary>What a frame between a client and a command holds.</summary>
public enum ExecFrameKind
{
    /// <summary>To the command's standard input; a frame without data ends that.</summary>
    Input = 0,

    /// <summary>From its standard output.</summary>
    Output = 1,

    /// <summary>From its standard error.</summary>
    Error = 2,

    /// <summary>Why the stream ends before the command has: a text.</summary>
    Failure = 3,

    /// <summary>The terminal's new size: height and width, 32 bits each.</summary>
    Resize = 4,

    /// <summary>The command has ended: its exit code, 32 bits; without data the client has left it running.</summary>
    Exit = 5,
}

/// <summary>
/// A piece of the talk with a command in a task: a byte that names its kind, three zeros, a length, the data, as in the Engine API's
/// multiplexed stream, whose kinds 0 to 3 these are; the others are ours. Numbers are big-endian.
/// </summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Data">The data.</param>
public sealed record ExecFrame(ExecFrameKind Kind, ReadOnlyMemory<byte> Data)
{
    /// <summary>Bytes of a frame's head.</summary>
    public const int HeadBytes = 8;

    /// <summary>Bytes of data that a frame may have.</summary>
    public const int DataBytesMax = 64 << 10;

    /// <summary>The end of the command's input.</summary>
    public static ExecFrame InputEnd { get; } = new(ExecFrameKind.Input, default);

    /// <summary>The terminal's new size.</summary>
    public static ExecFrame Resize(TerminalSize size)
    {
        var data = new byte[2 * sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(data, size.Height);
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(sizeof(uint)), size.Width);
        return new(ExecFrameKind.Resize, data);
    }

    /// <summary>How the command ended; null where it runs on.</summary>
    public static ExecFrame Exit(int? code)
    {
        if (code is not { } ended)
            return new(ExecFrameKind.Exit, default);
        var data = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(data, ended);
        return new(ExecFrameKind.Exit, data);
    }

    /// <summary>Why the stream ends.</summary>
    public static ExecFrame Failure(string reason) => new(ExecFrameKind.Failure, Encoding.UTF8.GetBytes(reason));

    /// <summary>The size in a frame of <see cref="ExecFrameKind.Resize"/>. Throws <see cref="InvalidDataException"/>.</summary>
    public TerminalSize ToSize() => Data.Length == 2 * sizeof(uint)
        ? new(BinaryPrimitives.ReadUInt32BigEndian(Data.Span), BinaryPrimitives.ReadUInt32BigEndian(Data.Span[sizeof(uint)..]))
        : throw new InvalidDataException($"A terminal's size has {2 * sizeof(uint)} bytes, not {Data.Length}.");

    /// <summary>The exit code in a frame of <see cref="ExecFrameKind.Exit"/>; null where the command runs on. Throws <see cref="InvalidDataException"/>.</summary>
    public int? ToExitCode() => Data.Length switch
    {
        0 => null,
        sizeof(int) => BinaryPrimitives.ReadInt32BigEndian(Data.Span),
        _ => throw new InvalidDataException($"An exit code has {sizeof(int)} bytes, not {Data.Length}."),
    };

    /// <summary>Writes the frame.</summary>
    public void WriteTo(IBufferWriter<byte> writer)
    {
        var head = writer.GetSpan(HeadBytes)[..HeadBytes];
        head.Clear();
        head[0] = (byte)Kind;
        BinaryPrimitives.WriteUInt32BigEndian(head[4..], (uint)Data.Length);
        writer.Advance(HeadBytes);
        writer.Write(Data.Span);
    }

    /// <summary>Takes a frame off the beginning of what was read; null where it is not all there yet. Throws <see cref="InvalidDataException"/>.</summary>
    public static ExecFrame? Take(ref ReadOnlySequence<byte> read)
    {
        if (read.Length < HeadBytes)
            return null;
        Span<byte> head = stackalloc byte[HeadBytes];
        read.Slice(0, HeadBytes).CopyTo(head);
        var (kind, length) = Read(head);
        if (read.Length < HeadBytes + length)
            return null;
        var data = read.Slice(HeadBytes, length).ToArray();
        read = read.Slice(HeadBytes + length);
        return new(kind, data);
    }

    /// <summary>The next frame of a stream; null at its end. Throws <see cref="InvalidDataException"/>, <see cref="IOException"/> where it breaks off.</summary>
    public static async Task<ExecFrame?> ReadAsync(Stream stream, CancellationToken stop)
    {
        var head = new byte[HeadBytes];
        var got = await stream.ReadAtLeastAsync(head, HeadBytes, throwOnEndOfStream: false, stop).ConfigureAwait(false);
        if (got == 0)
            return null;
        if (got < HeadBytes)
            throw new EndOfStreamException("The stream broke off inside a frame.");
        var (kind, length) = Read(head);
        var data = new byte[length];
        await stream.ReadExactlyAsync(data, stop).ConfigureAwait(false);
        return new(kind, data);
    }

    private static (ExecFrameKind Kind, int Length) Read(ReadOnlySpan<byte> head)
    {
        var (kind, length) = ((ExecFrameKind)head[0], BinaryPrimitives.ReadUInt32BigEndian(head[4..]));
        return kind <= ExecFrameKind.Exit && length <= DataBytesMax
            ? (kind, (int)length)
            : throw new InvalidDataException($"A frame of kind {(int)kind} with {length} bytes is none: kinds go up to {(int)ExecFrameKind.Exit}, data up to {DataBytesMax} bytes.");
    }
}
