using Newtonsoft.Json.Linq;
using SwarmPS.Api;

namespace SwarmPS.Daemon.Api;

/// <summary>Finds fields of a request that its type does not have. Docker passes them over, and so do we; a log tells of them.</summary>
internal static class UnknownFields
{
    /// <summary>The paths of values in the text that the object read from it does not have.</summary>
    public static IReadOnlyList<string> In(string text, object read)
    {
        var unknown = new List<string>();
        Compare(JToken.Parse(text), JToken.FromObject(read, ApiJson.Serializer), unknown);
        return unknown;
    }

    private static void Compare(JToken asked, JToken? kept, List<string> unknown)
    {
        switch (asked)
        {
            case JObject fields:
                foreach (var field in fields.Properties())
                    Compare(field.Value, (kept as JObject)?.GetValue(field.Name, StringComparison.OrdinalIgnoreCase), unknown);
                break;
            case JArray items:
                for (var i = 0; i < items.Count; i++)
                    Compare(items[i], (kept as JArray)?.ElementAtOrDefault(i), unknown);
                break;
            case JValue value when kept is null && !IsNothing(value):
                unknown.Add(asked.Path);
                break;
        }
    }

    /// <summary>What is not written back because it says nothing.</summary>
    private static bool IsNothing(JValue value) => value.Value is null or "" or false or 0L or 0d;
}
