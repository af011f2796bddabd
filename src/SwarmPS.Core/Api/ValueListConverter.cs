using System.Collections.Concurrent;
using Newtonsoft.Json;
using SwarmPS.Model;

namespace SwarmPS.Api;

/// <summary>
/// Reads <see cref="ValueList{T}"/>s. No list of the model has elements that may be null: a null is refused with its place, for every
/// list alike. Writing is the serializer's own.
/// </summary>
internal sealed class ValueListConverter : JsonConverter
{
    private static readonly ConcurrentDictionary<Type, IListReader> Readers = new();

    private interface IListReader
    {
        object Read(JsonReader reader, JsonSerializer serializer);
    }

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override bool CanConvert(Type objectType) =>
        objectType.IsGenericType && objectType.GetGenericTypeDefinition() == typeof(ValueList<>);

    /// <inheritdoc/>
    public override object? ReadJson(JsonReader reader, Type objectType, object? existingValue, JsonSerializer serializer)
    {
        if (reader.TokenType is JsonToken.Null)
            return null;
        JsonElements.Require(reader, JsonToken.StartArray, "a list");
        return Readers.GetOrAdd(objectType, NewReader).Read(reader, serializer);
    }

    /// <inheritdoc/>
    public override void WriteJson(JsonWriter writer, object? value, JsonSerializer serializer) => throw new NotSupportedException();

    private static IListReader NewReader(Type type) =>
        (IListReader)Activator.CreateInstance(typeof(ListReader<>).MakeGenericType(type.GetGenericArguments()))!;

    private sealed class ListReader<T> : IListReader
    {
        public object Read(JsonReader reader, JsonSerializer serializer)
        {
            var items = new List<T>();
            while (JsonElements.Next(reader) is not JsonToken.EndArray)
                items.Add(JsonElements.Read<T>(reader, serializer));
            return items.ToValueList();
        }
    }
}
