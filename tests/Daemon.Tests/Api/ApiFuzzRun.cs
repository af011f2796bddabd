using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Api;

/// <summary>Requests drawn from one seed, against a server with a swarm in memory and an engine that agrees with everything.</summary>
internal sealed class ApiFuzzRun : IAsyncDisposable
{
    private const int CheckEvery = 50;

    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);

    private readonly ApiFuzzSource source;
    private readonly FakeEngine engine;
    private readonly ApiHarness api;

    private ApiFuzzRun(int seed, FakeEngine engine, ApiHarness api) => (source, this.engine, this.api) = (new(seed), engine, api);

    public static async Task<ApiFuzzRun> StartAsync(int seed)
    {
        var engine = FakeEngine.Of(static (head, stream, _) => FakeEngine.JsonAsync(stream, 200, head.StartsWith("GET /networks ", StringComparison.Ordinal) || head.StartsWith("GET /networks?", StringComparison.Ordinal) ? "[]" : "{}"));
        return new(seed, engine, await ApiHarness.StartAsync(engine: engine.Socket, logs: new EndedTaskLogs()));
    }

    /// <summary>Sends requests for a time; gives the first that shows a defect, or null.</summary>
    public async Task<string?> RunAsync(TimeSpan time)
    {
        var clock = Stopwatch.StartNew();
        for (var count = 0; clock.Elapsed < time; count++)
        {
            if (count % CheckEvery == 0)
                await SeedAsync();
            var route = source.Pick(api.Server.Routes);
            var request = source.Request(route, VersionOf);
            if (await SendAsync(request) is { } defect)
                return $"request {count}, {request}\n{defect}";
            if (api.Membership.Member is null)
                await SeedAsync();
            if (count % CheckEvery == 0 && await CheckAsync() is { } broken)
                return $"after request {count}, {request}\n{broken}";
        }
        return await CheckAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await api.DisposeAsync();
        await engine.DisposeAsync();
    }

    /// <summary>One object of each kind, so that requests find something.</summary>
    private async Task SeedAsync()
    {
        if (api.Membership.Member is null)
            await api.Membership.InitAsync(new(), api.Stop);
        await api.Membership.Store.UpdateAsync(
            tx =>
            {
                foreach (var value in ApiFuzzSource.Objects.Where(value => Versions(tx.View).All(present => present.Id != value.Id)))
                    tx.Put(value);
            },
            api.Stop);
    }

    private ulong VersionOf(string id) => Versions(api.Membership.Store.Current).FirstOrDefault(value => value.Id == id)?.Version.Index ?? 0;

    private static IEnumerable<StoreObject> Versions(Store.Snapshot state) =>
        [.. state.Services.All, .. state.Tasks.All, .. state.Nodes.All, .. state.Networks.All, .. state.Secrets.All, .. state.Configs.All, .. state.Swarm is { } swarm ? [swarm] : Array.Empty<StoreObject>()];

    private async Task<string?> SendAsync(FuzzRequest request)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(api.Stop);
        limit.CancelAfter(AnswerTime);
        using var message = new HttpRequestMessage(new(request.Method), request.Target);
        if (request.Body is { } body)
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        try
        {
            using var answer = await api.Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (request.IsStream && (int)answer.StatusCode == 200)
                return null;
            var text = await answer.Content.ReadAsStringAsync(limit.Token);
            return Judge((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, request.Method == "HEAD" && text.Length == 0 ? "{\"message\":\"no body\"}" : text);
        }
        catch (OperationCanceledException) when (!api.Stop.IsCancellationRequested)
        {
            return $"no answer within {AnswerTime.TotalSeconds} s";
        }
        catch (HttpRequestException torn)
        {
            return $"the connection broke: {torn.GetBaseException().Message}";
        }
    }

    /// <summary>Docker answers an update of an old version with 500, so we do; every other 5xx but 501 and 503 is a defect.</summary>
    private static string? Judge(int status, string? type, string text)
    {
        if (type != "application/json")
            return status is >= 500 ? $"{status} {text}" : null;
        if (text.Length > 0 && !IsOneDocument(text))
            return $"{status}, which is no JSON document: {text}";
        if (status < 400)
            return null;
        var reason = (string?)JObject.Parse(text)["message"];
        return string.IsNullOrEmpty(reason) || (status >= 500 && status is not (501 or 503) && !reason.Contains("out of sequence", StringComparison.Ordinal))
            ? $"{status} {text}"
            : null;
    }

    /// <summary>A document, or one a line as streams have it.</summary>
    private static bool IsOneDocument(string text)
    {
        try
        {
            foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                JToken.Parse(line);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private async Task<string?> CheckAsync()
    {
        var lists = api.Server.Routes.Where(route => route.Method == "GET" && !route.Path.Contains("{id}", StringComparison.Ordinal) && !ApiFuzzSource.IsStream(route.Path)).Select(route => route.Path);
        foreach (var path in lists)
        {
            using var answer = await api.Client.GetAsync(path, api.Stop);
            var text = await answer.Content.ReadAsStringAsync(api.Stop);
            if ((int)answer.StatusCode != 200)
                return $"GET {path} answers {(int)answer.StatusCode} {text}";
        }
        return null;
    }
}
