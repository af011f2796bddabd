using Newtonsoft.Json;

namespace SwarmPS.Api;

/// <summary>How the Engine API writes JSON, and how strictly we read it.</summary>
public static class ApiJson
{
    /// <summary>Bytes a request's body may have: 4 MiB.</summary>
    public const int BodyBytesMax = 4 << 20;

    /// <summary>Nesting a body may have.</summary>
    public const int DepthMax = 64;

    /// <summary>The one serializer: thread-safe, made once.</summary>
    public static readonly JsonSerializer Serializer = JsonSerializer.Create(Settings());

    /// <summary>Writes a value as compact JSON.</summary>
    public static string Write(object? value)
    {
        var text = new StringWriter();
        Serializer.Serialize(text, value);
        return text.ToString();
    }

    /// <summary>Reads JSON. Throws <see cref="JsonException"/>, naming the place, where the text does not fit the type.</summary>
    public static T Read<T>(string json) => Read<T>(new StringReader(json));

    /// <summary>Reads JSON. Throws <see cref="JsonException"/>, naming the place, where the text does not fit the type.</summary>
    public static T Read<T>(TextReader json)
    {
        using var reader = new JsonTextReader(json) { MaxDepth = DepthMax, DateParseHandling = DateParseHandling.None };
        return Serializer.Deserialize<T>(reader) ?? throw new JsonSerializationException("The text is empty where an object was expected.");
    }

    private static JsonSerializerSettings Settings() => new()
    {
        NullValueHandling = NullValueHandling.Ignore,
        DateParseHandling = DateParseHandling.None,
        MaxDepth = DepthMax,
        TypeNameHandling = TypeNameHandling.None,
        // "$ref" is a name like any other: it must not stand for an object, or for none.
        MetadataPropertyHandling = MetadataPropertyHandling.Ignore,
        CheckAdditionalContent = true,
        Converters =
        {
            new TimestampConverter(), new NanosecondsConverter(), new ApiEnumConverter(), new PayloadConverter(), new ValueListConverter(),
            new ValueMapConverter(),
        },
    };
}
