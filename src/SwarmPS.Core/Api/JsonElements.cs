using Newtonsoft.Json;

namespace SwarmPS.Api;

/// <summary>Steps through the elements of lists and maps. All throw <see cref="JsonSerializationException"/> with the place.</summary>
internal static class JsonElements
{
    /// <summary>Goes to the next token that is no comment. Throws at the end of the text.</summary>
    public static JsonToken Next(JsonReader reader)
    {
        while (reader.Read())
        {
            if (reader.TokenType is not JsonToken.Comment)
                return reader.TokenType;
        }
        throw Wrong(reader, $"The text ends within {reader.Path}.");
    }

    /// <summary>Reads the element that the reader is at. Throws where it is null.</summary>
    public static T Read<T>(JsonReader reader, JsonSerializer serializer)
    {
        var path = reader.Path;
        if (reader.TokenType is not (JsonToken.Null or JsonToken.Undefined) && serializer.Deserialize<T>(reader) is { } value)
            return value;
        throw Wrong(reader, $"{path} is null, and a value is required there.");
    }

    /// <summary>Throws unless the reader is at a token of this kind.</summary>
    public static void Require(JsonReader reader, JsonToken token, string expected)
    {
        if (reader.TokenType != token)
            throw Wrong(reader, $"'{reader.Value ?? reader.TokenType}' at {reader.Path} is not {expected}.");
    }

    private static JsonSerializationException Wrong(JsonReader reader, string message)
    {
        var (line, position) = reader is IJsonLineInfo place ? (place.LineNumber, place.LinePosition) : (0, 0);
        return new(message, reader.Path, line, position, null);
    }
}
