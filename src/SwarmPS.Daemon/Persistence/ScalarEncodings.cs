using Nerdbank.MessagePack;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Persistence;

/// <summary>A time as its nanoseconds.</summary>
internal sealed class TimestampEncoding : MessagePackConverter<Timestamp>
{
    public override Timestamp Read(ref MessagePackReader reader, SerializationContext context) => new(reader.ReadInt64());

    public override void Write(ref MessagePackWriter writer, in Timestamp value, SerializationContext context) => writer.Write(value.Nanoseconds);
}

/// <summary>A duration as its ticks of 100 ns.</summary>
internal sealed class TimeSpanEncoding : MessagePackConverter<TimeSpan>
{
    public override TimeSpan Read(ref MessagePackReader reader, SerializationContext context) => new(reader.ReadInt64());

    public override void Write(ref MessagePackWriter writer, in TimeSpan value, SerializationContext context) => writer.Write(value.Ticks);
}

/// <summary>A version as its number.</summary>
internal sealed class VersionEncoding : MessagePackConverter<ObjectVersion>
{
    public override ObjectVersion Read(ref MessagePackReader reader, SerializationContext context) => new(reader.ReadUInt64());

    public override void Write(ref MessagePackWriter writer, in ObjectVersion value, SerializationContext context) => writer.Write(value.Index);
}

/// <summary>A request id as its two halves.</summary>
internal sealed class RequestIdEncoding : MessagePackConverter<RequestId>
{
    public override RequestId Read(ref MessagePackReader reader, SerializationContext context)
    {
        if (reader.ReadArrayHeader() != 2)
            throw new MessagePackSerializationException("A request id has two halves.");
        return new(reader.ReadUInt64(), reader.ReadUInt64());
    }

    public override void Write(ref MessagePackWriter writer, in RequestId value, SerializationContext context)
    {
        writer.WriteArrayHeader(2);
        writer.Write(value.High);
        writer.Write(value.Low);
    }
}
