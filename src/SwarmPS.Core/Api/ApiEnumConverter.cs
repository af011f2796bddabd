using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Serialization;
using Newtonsoft.Json;

namespace SwarmPS.Api;

/// <summary>Enumerations as the Engine API's lower-case words; an empty word counts as none.</summary>
public sealed class ApiEnumConverter : JsonConverter
{
    private const string Unknown = "unknown";

    private static readonly ConcurrentDictionary<Type, Words> Cache = new();

    /// <inheritdoc/>
    public override bool CanConvert(Type objectType) => (Nullable.GetUnderlyingType(objectType) ?? objectType).IsEnum;

    /// <summary>The API's word for a value. For a value that is not defined: <c>unknown</c> where that is a word, else its number.</summary>
    public static string Word(Enum value)
    {
        var words = Of(value.GetType());
        return words.ByValue.TryGetValue(value, out var word) ? word
            : words.ByWord.ContainsKey(Unknown) ? Unknown
            : value.ToString("D");
    }

    /// <summary>The value of an API's word, whatever its case; false where there is none.</summary>
    public static bool TryParse<T>(string word, out T value) where T : struct, Enum
    {
        var found = Of(typeof(T)).ByWord.TryGetValue(word, out var boxed);
        value = found ? (T)(object)boxed! : default;
        return found;
    }

    /// <summary>The API's words of an enumeration, as a list for a reader.</summary>
    public static string Choices(Type type) => string.Join(", ", Of(type).ByValue.Values);

    /// <inheritdoc/>
    public override object? ReadJson(JsonReader reader, Type objectType, object? existingValue, JsonSerializer serializer)
    {
        var type = Nullable.GetUnderlyingType(objectType);
        if (reader is { TokenType: JsonToken.Null } or { TokenType: JsonToken.String, Value: "" })
            return type is null ? Activator.CreateInstance(objectType) : null;
        type ??= objectType;
        return reader.Value is string word && Of(type).ByWord.TryGetValue(word, out var value)
            ? value
            : throw new JsonSerializationException($"'{reader.Value ?? reader.TokenType}' at {reader.Path} is none of: {Choices(type)}.");
    }

    /// <inheritdoc/>
    public override void WriteJson(JsonWriter writer, object? value, JsonSerializer serializer) =>
        writer.WriteValue(value is null ? null : Word((Enum)value));

    private static Words Of(Type type) => Cache.GetOrAdd(type, static t =>
    {
        var words = new Words(new(), new(StringComparer.OrdinalIgnoreCase));
        foreach (var field in t.GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            var value = (Enum)field.GetValue(null)!;
            var word = field.GetCustomAttribute<EnumMemberAttribute>()?.Value ?? field.Name.ToLowerInvariant();
            words.ByValue[value] = word;
            words.ByWord[word] = value;
        }
        return words;
    });

    private sealed record Words(Dictionary<Enum, string> ByValue, Dictionary<string, Enum> ByWord);
}
