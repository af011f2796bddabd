using System.Globalization;
using System.Text;
using Newtonsoft.Json.Linq;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Api;

/// <summary>A request to send.</summary>
internal sealed record FuzzRequest(string Method, string Target, string? Body, bool IsStream)
{
    public override string ToString()
    {
        var text = $"{Method} {Target} {Body}";
        return text.Length > 2000 ? $"{text[..2000]}… ({text.Length} characters)" : text;
    }
}

/// <summary>Draws requests from a seed: valid ones, and ones that are wrong in one place or more.</summary>
internal sealed class ApiFuzzSource(int seed)
{
    /// <summary>What the swarm has.</summary>
    public static readonly IReadOnlyList<StoreObject> Objects =
    [
        new Service { Id = "service1aaaaaaaaaaaaaaaaa", Spec = new() { Name = "web", Labels = ValueMap<string>.Empty, Mode = new() { Replicated = new(1) }, TaskTemplate = new() { ContainerSpec = new() { Image = "a" } } } },
        new SwarmTask { Id = "task1aaaaaaaaaaaaaaaaaaaa", ServiceId = "service1aaaaaaaaaaaaaaaaa", ServiceName = "web", Slot = 1, NodeId = FakeMembership.NodeId, Status = new() { State = TaskState.Running, ContainerStatus = new() { ContainerId = "c1" } } },
        new Network { Id = "network1aaaaaaaaaaaaaaaaa", Spec = new() { Name = "back" } },
        new Secret { Id = "secret1aaaaaaaaaaaaaaaaaa", Spec = new() { Name = "key" }, Data = new([1]) },
        new Config { Id = "config1aaaaaaaaaaaaaaaaaa", Spec = new() { Name = "conf", Data = new([1]) } },
    ];

    private static readonly string[] Names =
    [
        "filters", "since", "until", "after", "tail", "stdout", "stderr", "timestamps", "details", "follow", "version", "status", "insertDefaults", "scope", "service", "networks",
        "force", "rollback", "rollout", "registryAuthFrom", "rotateWorkerToken", "rotateManagerToken", "rotateManagerUnlockKey", "verbose",
    ];

    private static readonly string[] Values =
    [
        "", "0", "1", "-1", "true", "false", "all", "swarm", "local", "web", "back", "previous", "pause", "resume", "rebalance", "spec", "previous-spec", "NaN", "1e999", "0x10", "1.5",
        "99999999999", "-99999999999", "9223372036854775807", "18446744073709551615", "18446744073709551616", "253402300800", "0.0", "1.0", "18446744073709551615.4294967295",
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "1677-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "10m", "\u0000", "\n", "é😀", "null", "[]", "{}", "[[", "\"x\"",
        """{"name":{"web":true}}""", """{"name":["web"]}""", """{"name":[["web"]]}""", """{"name":[{}]}""", """{"name":null}""", """{"name":1}""", """{"desired-state":["running"]}""",
        """{"desired-state":["512"]}""", """{"label":["a=b","="]}""", """{"name":["("]}""", """{"name":["(a{1000}){1000}"]}""", """{"service":["x"],"node":["y"]}""", """{"type":["service"],"scope":["swarm"]}""",
        """{"label!":[["x"]]}""", """{"label!":[{}]}""", """{"all":[[1]]}""", """{"all":["true"]}""", """{"role":["x"]}""",
    ];

    private static readonly JToken[] Odd =
    [
        JValue.CreateNull(), new JValue(0), new JValue(-1), new JValue(1), new JValue(long.MaxValue), new JValue(long.MinValue), new JValue(ulong.MaxValue), new JRaw("1e999"), new JRaw("-0.5"), new JRaw("NaN"),
        new JRaw("123456789012345678901234567890"), new JRaw("undefined"), new JValue(true), new JValue(""), new JValue("x"), new JValue("\u0000"), new JValue("a\nb"), new JValue("\ud800"), new JValue("é😀\u202e"),
        new JValue("{{"), new JValue("{{.Node.Hostname}}"), new JValue("{{index .Service.Labels \"x\"}}"), new JValue("9999-12-31T23:59:59Z"), new JArray(), new JObject(), new JArray(JValue.CreateNull()),
        new JObject { ["a"] = null }, new JObject { [""] = "x" }, new JObject { ["a\nb"] = "x" }, new JArray(new JArray(new JObject())), new JRaw("/* c */ 1"), new JRaw("'x'"),
    ];

    private readonly Random random = new(seed);

    /// <summary>Whether a route answers for as long as the client listens.</summary>
    public static bool IsStream(string path) => path is "/events" or "/swarmps/networks/check";

    public Route Pick(IReadOnlyList<Route> routes) => One(routes);

    public FuzzRequest Request(Route route, Func<string, ulong> versionOf)
    {
        var id = IdFor(route.Path);
        var query = new StringBuilder();
        if (route.Path.EndsWith("/update", StringComparison.Ordinal) && Chance(80))
            query.Append(CultureInfo.InvariantCulture, $"version={versionOf(route.Path == "/swarm/update" ? "swarm1aaaaaaaaaaaaaaaaaaa" : id)}&");
        if (route.Path.EndsWith("/logs", StringComparison.Ordinal) && Chance(80))
            query.Append("stdout=1&");
        for (var count = random.Next(4); count > 0; count--)
            query.Append(One(Names)).Append('=').Append(Uri.EscapeDataString(Chance(5) ? new string(One("x([{".ToCharArray()), 20_000) : One(Values))).Append('&');
        var version = Chance(20) ? One(["/v1.24", "/v1.41", "/v1.56", "/v9.9", "/v0.0"]) : "";
        var target = $"{version}{route.Path.Replace("{id}", Uri.EscapeDataString(id), StringComparison.Ordinal)}{(query.Length > 0 ? "?" : "")}{query}";
        var hasBody = route.Method is "POST" or "PUT" ? Chance(95) : Chance(5);
        return new(route.Method, target, hasBody ? Body(route.Path) : null, IsStream(route.Path) || query.ToString().Contains("follow=", StringComparison.Ordinal));
    }

    private string IdFor(string path)
    {
        if (Chance(10))
            return One(["x", ".", "%2e", "a b", "\u0000", "é", "1", "../x", "web\n", new string('a', 5000)]);
        var kind = path.Split('/').FirstOrDefault(part => part is "services" or "tasks" or "networks" or "secrets" or "configs" or "nodes") ?? "nodes";
        return kind == "nodes" ? FakeMembership.NodeId : Objects.First(value => value.Id.StartsWith(kind[..^1], StringComparison.Ordinal)).Id;
    }

    private string Body(string path)
    {
        var seeds = ApiFuzzBodies.ByPath;
        var text = seeds.TryGetValue(path, out var own) && Chance(90) ? own : One([.. seeds.Values]);
        var body = JToken.Parse(text.Replace("NAME", Chance(30) ? $"n{random.Next()}" : "web", StringComparison.Ordinal));
        for (var count = Chance(15) ? 0 : 1 + random.Next(3); count > 0; count--)
            body = Mutate(body);
        return Spoil(body.ToString(Newtonsoft.Json.Formatting.None));
    }

    /// <summary>Changes one value anywhere.</summary>
    private JToken Mutate(JToken body)
    {
        if (body is not JContainer container || !container.HasValues)
            return One(Odd).DeepClone();
        var token = One(container.DescendantsAndSelf().ToList());
        switch (random.Next(6))
        {
            case 0 when token.Parent is JArray || token is JProperty:
                token.Remove();
                break;
            case 1 when token.Parent is JArray items:
                items.Insert(random.Next(items.Count + 1), One(Odd).DeepClone());
                break;
            case 2 when token is JObject fields:
                fields[One(["", "a\nb", "\u0000", "Name", "Spec", "x"])] = One(Odd).DeepClone();
                break;
            case 3 when token is JValue { Type: JTokenType.String } word:
                word.Value = new string(One("a{.:/,=\\\"é".ToCharArray()), One([1, 64, 300, 70_000]));
                break;
            default:
                if (token == body)
                    return One(Odd).DeepClone();
                (token is JProperty property ? property.Value : token).Replace(One(Odd).DeepClone());
                break;
        }
        return body;
    }

    /// <summary>Changes the text: cut off, deep, doubled, followed by something.</summary>
    private string Spoil(string text) => random.Next(40) switch
    {
        0 => text[..random.Next(text.Length + 1)],
        1 => new string('[', 10_000) + text + new string(']', 10_000),
        2 => string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + text,
        3 when text is ['{', '"', ..] => $"{{\"Name\":\"x\",\"Labels\":null,{text[1..]}",
        4 => text + text,
        5 => text + "x",
        6 => "\ufeff" + text,
        7 => "",
        8 => text.Replace("\"Spec\"", "\"sPEC\"", StringComparison.Ordinal).Replace("\"Name\"", "\"name\"", StringComparison.Ordinal),
        _ => text,
    };

    private T One<T>(IReadOnlyList<T> values) => values[random.Next(values.Count)];

    private bool Chance(int percent) => random.Next(100) < percent;
}
