using System.Reflection;
using Microsoft.AspNetCore.Http;
using Newtonsoft.Json.Linq;
using SwarmPS.Api;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Proxy;
using SwarmPS.Daemon.Composition;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api;

/// <summary><c>/_ping</c>, <c>/version</c> and <c>/info</c>: the engine's answers with ours in them.</summary>
internal sealed class SystemEndpoints(EngineLink engine, EngineFactsCache facts, ISwarmMembership membership)
{
    /// <summary>The product's version.</summary>
    public static readonly string Version = typeof(SystemEndpoints).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>The routes.</summary>
    public IEnumerable<Route> Routes() =>
    [
        new("GET", "/_ping", PingAsync),
        new("HEAD", "/_ping", PingAsync),
        new("GET", "/version", VersionAsync),
        new("GET", "/info", InfoAsync),
    ];

    private async Task PingAsync(ApiCall call)
    {
        var response = call.Context.Response;
        var known = await facts.GetAsync().ConfigureAwait(false);
        if (known.BuilderVersion is { } builder)
            response.Headers[ApiHeaders.BuilderVersion] = builder;
        response.Headers[ApiHeaders.Swarm] = SwarmStanding.Word(membership);
        response.Headers.CacheControl = "no-cache, no-store, must-revalidate";
        response.Headers.Pragma = "no-cache";
        response.ContentType = "text/plain; charset=utf-8";
        var isHead = HttpMethods.IsHead(call.Context.Request.Method);
        response.ContentLength = isHead ? 0 : 2;
        if (!isHead)
            await response.WriteAsync("OK", call.Stop).ConfigureAwait(false);
    }

    private async Task VersionAsync(ApiCall call)
    {
        var known = await facts.GetAsync().ConfigureAwait(false);
        var version = await EngineSaysAsync("/version", call.Stop).ConfigureAwait(false) ?? new JObject { ["Version"] = Version, ["Os"] = known.Os, ["Components"] = new JArray() };
        version["ApiVersion"] = ApiVersion.Newest.ToString();
        version["MinAPIVersion"] = ApiVersion.Oldest.ToString();
        if (version["Components"] is JArray components)
        {
            components.Add(new JObject
            {
                ["Name"] = "SwarmPS",
                ["Version"] = Version,
                ["Details"] = new JObject { ["ApiVersion"] = ApiVersion.Newest.ToString(), ["MinAPIVersion"] = ApiVersion.Oldest.ToString() },
            });
        }
        await call.AnswerAsync(version).ConfigureAwait(false);
    }

    private async Task InfoAsync(ApiCall call)
    {
        JObject info;
        try
        {
            var known = await facts.RequireAsync(call.Stop).ConfigureAwait(false);
            info = await engine.GetAsync(known.PathOf(call.Version, "/info"), call.Stop).ConfigureAwait(false);
        }
        catch (SwarmException gone)
        {
            info = new JObject { ["Name"] = Environment.MachineName, ["ServerVersion"] = "", ["Warnings"] = new JArray($"WARNING: {gone.Message}") };
        }
        info["Swarm"] = JObject.FromObject(SwarmStanding.Of(membership), ApiJson.Serializer);
        await call.AnswerAsync(info).ConfigureAwait(false);
    }

    private async Task<JObject?> EngineSaysAsync(string path, CancellationToken stop)
    {
        try
        {
            return await engine.GetAsync(path, stop).ConfigureAwait(false);
        }
        catch (SwarmException)
        {
            return null;
        }
    }
}
