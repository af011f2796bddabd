using System.Buffers;
using Nerdbank.MessagePack;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Persistence;

/// <summary>Text. What is short and was read lately is the same string again: ten thousand tasks have few images and services.</summary>
[EncodingOf<string>]
internal static class TextEncoding
{
    private const int Places = 4096;
    private const int LongestShared = 128;

    private static readonly string?[] Lately = new string?[Places];

    public static string Read(ref MessagePackReader reader)
    {
        if (reader.TryReadNil())
            return null!;
        var bytes = reader.ReadStringSpan();
        if (bytes.IsEmpty)
            return "";
        if (bytes.Length > LongestShared)
            return System.Text.Encoding.UTF8.GetString(bytes);
        Span<char> characters = stackalloc char[LongestShared];
        characters = characters[..System.Text.Encoding.UTF8.GetChars(bytes, characters)];
        ref var place = ref Lately[string.GetHashCode(characters) & (Places - 1)];
        return place is { } known && characters.SequenceEqual(known) ? known : place = new string(characters);
    }

    public static void Write(ref MessagePackWriter writer, string? value) => writer.Write(value);
}

/// <summary>Bytes.</summary>
[EncodingOf<byte[]>]
internal static class BytesEncoding
{
    public static byte[] Read(ref MessagePackReader reader) => reader.ReadBytes() is { } bytes ? bytes.IsEmpty ? [] : bytes.ToArray() : null!;

    public static void Write(ref MessagePackWriter writer, byte[]? value)
    {
        if (value is null)
            writer.WriteNil();
        else
            writer.Write(value.AsSpan());
    }
}

/// <summary>A time as its nanoseconds.</summary>
[EncodingOf<Timestamp>]
internal static class TimestampEncoding
{
    public static Timestamp Read(ref MessagePackReader reader) => new(reader.ReadInt64());

    public static void Write(ref MessagePackWriter writer, Timestamp value) => writer.Write(value.Nanoseconds);
}

/// <summary>A duration as its ticks of 100 ns.</summary>
[EncodingOf<TimeSpan>]
internal static class TimeSpanEncoding
{
    public static TimeSpan Read(ref MessagePackReader reader) => new(reader.ReadInt64());

    public static void Write(ref MessagePackWriter writer, TimeSpan value) => writer.Write(value.Ticks);
}

/// <summary>A version as its number.</summary>
[EncodingOf<ObjectVersion>]
internal static class VersionEncoding
{
    public static ObjectVersion Read(ref MessagePackReader reader) => new(reader.ReadUInt64());

    public static void Write(ref MessagePackWriter writer, ObjectVersion value) => writer.Write(value.Index);
}

/// <summary>A request id as its two halves.</summary>
[EncodingOf<RequestId>]
internal static class RequestIdEncoding
{
    public static RequestId Read(ref MessagePackReader reader)
    {
        if (reader.ReadArrayHeader() != 2)
            throw new MessagePackSerializationException("A request id has two halves.");
        return new(reader.ReadUInt64(), reader.ReadUInt64());
    }

    public static void Write(ref MessagePackWriter writer, RequestId value)
    {
        writer.WriteArrayHeader(2);
        writer.Write(value.High);
        writer.Write(value.Low);
    }
}
