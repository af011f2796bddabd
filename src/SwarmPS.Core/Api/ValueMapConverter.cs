using System.Collections.Concurrent;
using Newtonsoft.Json;
using SwarmPS.Model;

namespace SwarmPS.Api;

/// <summary>
/// Reads <see cref="ValueMap{TValue}"/>s, whose values are never null, as <see cref="ValueListConverter"/> reads lists. Null in place of a text is
/// the empty text, as engines read it: a label without a value.
/// </summary>
internal sealed class ValueMapConverter : JsonConverter
{
    private static readonly ConcurrentDictionary<Type, IMapReader> Readers = new();

    private interface IMapReader
    {
        object Read(JsonReader reader, JsonSerializer serializer);
    }

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override bool CanConvert(Type objectType) =>
        objectType.IsGenericType && objectType.GetGenericTypeDefinition() == typeof(ValueMap<>);

    /// <inheritdoc/>
    public override object? ReadJson(JsonReader reader, Type objectType, object? existingValue, JsonSerializer serializer)
    {
        if (reader.TokenType is JsonToken.Null)
            return null;
        JsonElements.Require(reader, JsonToken.StartObject, "an object");
        return Readers.GetOrAdd(objectType, NewReader).Read(reader, serializer);
    }

    /// <inheritdoc/>
    public override void WriteJson(JsonWriter writer, object? value, JsonSerializer serializer) => throw new NotSupportedException();

    private static IMapReader NewReader(Type type) =>
        (IMapReader)Activator.CreateInstance(typeof(MapReader<>).MakeGenericType(type.GetGenericArguments()))!;

    private sealed class MapReader<T> : IMapReader
    {
        public object Read(JsonReader reader, JsonSerializer serializer)
        {
            var entries = new List<KeyValuePair<string, T>>();
            while (JsonElements.Next(reader) is not JsonToken.EndObject)
            {
                var key = (string)reader.Value!;
                JsonElements.Next(reader);
                entries.Add(new(key, reader.TokenType is JsonToken.Null && "" is T none ? none : JsonElements.Read<T>(reader, serializer)));
            }
            return new ValueMap<T>(entries);
        }
    }
}
