using System.Globalization;
using Newtonsoft.Json;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api.Queries;

/// <summary>An event's place: the store's version that it came with, and its number in that.</summary>
/// <param name="Version">The version.</param>
/// <param name="Number">The number, from 0.</param>
[JsonConverter(typeof(Converter))]
internal readonly record struct EventIndex(ulong Version, uint Number) : IComparable<EventIndex>
{
    /// <summary>Reads <c>1234.0</c>. Throws <see cref="SwarmException"/>.</summary>
    public static EventIndex Parse(string text) =>
        text.Split('.') is [var version, var number]
        && ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var before)
        && uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var within)
            ? new(before, within)
            : throw SwarmException.Invalid($"invalid after '{text}': give the index of the last event that was received, as 1234.0");

    /// <inheritdoc/>
    public int CompareTo(EventIndex other) => (Version, Number).CompareTo((other.Version, other.Number));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Version}.{Number}");

    private sealed class Converter : JsonConverter<EventIndex>
    {
        public override EventIndex ReadJson(JsonReader reader, Type objectType, EventIndex existingValue, bool hasExistingValue, JsonSerializer serializer) => Parse((string?)reader.Value ?? "");

        public override void WriteJson(JsonWriter writer, EventIndex value, JsonSerializer serializer) => writer.WriteValue(value.ToString());
    }
}
