using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Core.Tests.Api;

/// <summary>Recorded answers of a real swarm are read and written back unchanged.</summary>
public sealed class ConformanceTests
{
    [Fact]
    public void RecordedServices_AreWrittenBack_Unchanged() => RoundTrips<Service>("services.json");

    [Fact]
    public void RecordedTasks_AreWrittenBack_Unchanged() => RoundTrips<SwarmTask>("tasks.json");

    [Fact]
    public void RecordedNodes_AreWrittenBack_Unchanged() => RoundTrips<Node>("nodes.json");

    private static void RoundTrips<T>(string file)
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "conformance", "api", file));
        var recorded = Parse(text);
        var written = Parse(ApiJson.Write(ApiJson.Read<List<T>>(text)));
        Assert.NotEmpty(recorded);
        Assert.Equal(recorded.Count, written.Count);
        for (var i = 0; i < recorded.Count; i++)
            Assert.True(JToken.DeepEquals(Sorted(recorded[i]), Sorted(written[i])), $"recorded {Sorted(recorded[i])}\nwritten {Sorted(written[i])}");
    }

    private static JArray Parse(string text) =>
        JArray.Load(new JsonTextReader(new StringReader(text)) { DateParseHandling = DateParseHandling.None });

    private static JToken Sorted(JToken token) => token switch
    {
        JObject o => new JObject(o.Properties().OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => new JProperty(p.Name, Sorted(p.Value)))),
        JArray a => new JArray(a.Select(Sorted)),
        _ => token.DeepClone(),
    };
}
