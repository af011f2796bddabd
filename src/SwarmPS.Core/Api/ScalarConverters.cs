using Newtonsoft.Json;
using SwarmPS.Model;

namespace SwarmPS.Api;

/// <summary>Reads and writes a value type that is one JSON scalar, nullable or not.</summary>
internal abstract class ScalarConverter<T> : JsonConverter where T : struct
{
    public sealed override bool CanConvert(Type objectType) => objectType == typeof(T) || objectType == typeof(T?);

    public sealed override object? ReadJson(JsonReader reader, Type objectType, object? existingValue, JsonSerializer serializer)
    {
        if (reader.TokenType == JsonToken.Null)
            return objectType == typeof(T?) ? null : default(T);
        return Read(reader.Value, reader.Path);
    }

    public sealed override void WriteJson(JsonWriter writer, object? value, JsonSerializer serializer)
    {
        if (value is T scalar)
            writer.WriteValue(Scalar(scalar));
        else
            writer.WriteNull();
    }

    protected abstract T Read(object? value, string path);

    protected abstract object Scalar(T value);
}

/// <summary>Times as RFC 3339 text.</summary>
internal sealed class TimestampConverter : ScalarConverter<Timestamp>
{
    protected override Timestamp Read(object? value, string path) =>
        value is string text && Timestamp.TryParse(text, out var time)
            ? time
            : throw new JsonSerializationException($"'{value}' at {path} is not a time such as 2006-01-02T15:04:05Z.");

    protected override object Scalar(Timestamp value) => value.ToString();
}

/// <summary>Durations as whole nanoseconds. Those that are longer than 292 years are written as so long.</summary>
internal sealed class NanosecondsConverter : ScalarConverter<TimeSpan>
{
    protected override TimeSpan Read(object? value, string path) =>
        value is long nanoseconds
            ? TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick)
            : throw new JsonSerializationException($"'{value}' at {path} is not a duration in nanoseconds.");

    protected override object Scalar(TimeSpan value) =>
        Math.Clamp(value.Ticks, long.MinValue / TimeSpan.NanosecondsPerTick, long.MaxValue / TimeSpan.NanosecondsPerTick)
        * TimeSpan.NanosecondsPerTick;
}
