using Newtonsoft.Json;
using SwarmPS.Model;

namespace SwarmPS.Api;

/// <summary>Payloads in base64. What cannot be read is refused without showing it.</summary>
internal sealed class PayloadConverter : JsonConverter<Payload>
{
    public override Payload? ReadJson(JsonReader reader, Type objectType, Payload? existingValue, bool hasExistingValue, JsonSerializer serializer)
    {
        if (reader.TokenType == JsonToken.Null)
            return null;
        try
        {
            if (reader.TokenType == JsonToken.String)
                return new(Convert.FromBase64String((string)reader.Value!));
        }
        catch (FormatException)
        {
            // Said below, as for any other value.
        }
        var (line, position) = reader is IJsonLineInfo place ? (place.LineNumber, place.LinePosition) : (0, 0);
        throw new JsonSerializationException($"{reader.Path} is not text in base64.", reader.Path, line, position, null);
    }

    public override void WriteJson(JsonWriter writer, Payload? value, JsonSerializer serializer)
    {
        if (value is null)
            writer.WriteNull();
        else
            writer.WriteValue(Convert.ToBase64String(value.Bytes));
    }
}
