using System.Buffers;
using Nerdbank.MessagePack;

namespace SwarmPS.Daemon.Persistence;

/// <summary>
/// Makes bytes of whole messages and reads them: MessagePack, in the log, in the checkpoint and between nodes. A reader passes over
/// names it does not know, so two versions can share a log and a session; so a property must never change its meaning, its type or
/// its default under the same name, and an enumeration's numbers must stay.
/// </summary>
internal static class MessageEncoding
{
    private const int FirstBytes = 512;

    /// <summary>Writes a message.</summary>
    public static byte[] Write<T, TEncoder>(T value) where TEncoder : IEncodes<T>
    {
        var buffer = new ArrayBufferWriter<byte>(FirstBytes);
        Write<T, TEncoder>(buffer, value);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes a message to a buffer.</summary>
    public static void Write<T, TEncoder>(IBufferWriter<byte> buffer, T value) where TEncoder : IEncodes<T>
    {
        var writer = new MessagePackWriter(buffer);
        TEncoder.Write(ref writer, value);
        writer.Flush();
    }

    /// <summary>Reads a message. Throws <see cref="MessagePackSerializationException"/> where the bytes are none of that type.</summary>
    public static T Read<T, TEncoder>(in ReadOnlySequence<byte> bytes) where T : class where TEncoder : IEncodes<T>
    {
        var reader = new MessagePackReader(bytes);
        T? value;
        try
        {
            value = TEncoder.Read(ref reader);
        }
        catch (Exception fault) when (fault is EndOfStreamException or OverflowException or FormatException or ArgumentException)
        {
            throw new MessagePackSerializationException($"These bytes are no {typeof(T).Name}: {fault.Message}", fault);
        }
        return value ?? throw new MessagePackSerializationException($"A {typeof(T).Name} is missing.");
    }
}
