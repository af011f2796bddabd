using Microsoft.AspNetCore.Http;
using Newtonsoft.Json.Linq;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api.Proxy;

/// <summary>
/// Refuses proxied requests that ask for what the engine does not know. A client takes swarmpsd's API version for the engine's,
/// and an older engine would ignore a newer parameter: <c>docker image rm --platform</c> would remove every platform.
/// </summary>
internal static class NewerRequests
{
    private static readonly NewParameter[] Parameters =
    [
        new("POST", "/containers/", "/stop", "signal", new(1, 42)),
        new("POST", "/containers/", "/restart", "signal", new(1, 42)),
        new("POST", "/images/", "/push", "platform", new(1, 46)),
        new("POST", "/images/", "/load", "platform", new(1, 48)),
        new("GET", "/images/", "/history", "platform", new(1, 48)),
        new("GET", "/images/", "/get", "platform", new(1, 48)),
        new("GET", "/images/", "/json", "platform", new(1, 49)),
        new("DELETE", "/images/", "", "platforms", new(1, 50)),
        new("POST", "/build/", "/prune", "reserved-space", new(1, 48)),
        new("POST", "/build/", "/prune", "max-used-space", new(1, 48)),
        new("POST", "/build/", "/prune", "min-free-space", new(1, 48)),
    ];

    private static readonly NewField[] ContainerFields =
    [
        new("HostConfig.Annotations", new(1, 43), request => request.SelectToken("HostConfig.Annotations") is JObject { Count: > 0 }),
        new("HostConfig.Umask", new(1, 56), request => request.SelectToken("HostConfig.Umask") is JValue { Value: not null }),
        new("Healthcheck.StartInterval", new(1, 44), request => IsNumber(request.SelectToken("Healthcheck.StartInterval"))),
        new("HostConfig.Mounts.BindOptions.CreateMountpoint", new(1, 42), request => AnyMount(request, "BindOptions.CreateMountpoint", IsTrue)),
        new("HostConfig.Mounts.BindOptions.ReadOnlyNonRecursive", new(1, 44), request => AnyMount(request, "BindOptions.ReadOnlyNonRecursive", IsTrue)),
        new("HostConfig.Mounts.BindOptions.ReadOnlyForceRecursive", new(1, 44), request => AnyMount(request, "BindOptions.ReadOnlyForceRecursive", IsTrue)),
        new("HostConfig.Mounts.VolumeOptions.Subpath", new(1, 45), request => AnyMount(request, "VolumeOptions.Subpath", IsText)),
        new("HostConfig.Mounts.TmpfsOptions.Options", new(1, 46), request => AnyMount(request, "TmpfsOptions.Options", value => value is JArray { Count: > 0 })),
        new("HostConfig.Mounts.ImageOptions.Subpath", new(1, 48), request => AnyMount(request, "ImageOptions.Subpath", IsText)),
        new("EndpointsConfig.MacAddress", new(1, 44), request => AnyEndpoint(request, "MacAddress", IsText)),
        new("EndpointsConfig.GwPriority", new(1, 48), request => AnyEndpoint(request, "GwPriority", IsNumber)),
    ];

    /// <summary>Throws <see cref="SwarmException"/> where the query has a parameter that the engine would ignore.</summary>
    /// <param name="request">The client's request.</param>
    /// <param name="path">Its path without the version.</param>
    /// <param name="asked">The version that the client speaks.</param>
    /// <param name="engine">The engine's newest version.</param>
    public static void CheckQuery(HttpRequest request, string path, ApiVersion asked, ApiVersion engine)
    {
        if (asked.CompareTo(engine) <= 0)
            return;
        var missing = Parameters.Where(parameter => parameter.Since.CompareTo(engine) > 0 && parameter.IsIn(request, path)).ToList();
        if (missing.Count > 0)
            throw TooOld(engine, missing.Select(parameter => $"the parameter {parameter.Name} (API {parameter.Since})"));
    }

    /// <summary>Throws <see cref="SwarmException"/> where a container is asked for with fields that the engine would ignore.</summary>
    public static void CheckContainer(JObject request, ApiVersion asked, ApiVersion engine)
    {
        if (asked.CompareTo(engine) <= 0)
            return;
        var missing = ContainerFields.Where(field => field.Since.CompareTo(engine) > 0 && field.IsAsked(request)).ToList();
        if (missing.Count > 0)
            throw TooOld(engine, missing.Select(field => $"{field.Name} (API {field.Since})"));
    }

    private static SwarmException TooOld(ApiVersion engine, IEnumerable<string> missing) => SwarmException.Invalid(
        $"the Docker Engine beside swarmpsd is too old: it serves API {engine}, and would ignore {string.Join(", ", missing)}. Omit it, or upgrade the engine");

    private static bool AnyMount(JObject request, string field, Func<JToken?, bool> isAsked) =>
        request.SelectToken("HostConfig.Mounts") is JArray mounts && mounts.OfType<JObject>().Any(mount => isAsked(mount.SelectToken(field)));

    private static bool AnyEndpoint(JObject request, string field, Func<JToken?, bool> isAsked) =>
        request.SelectToken("NetworkingConfig.EndpointsConfig") is JObject endpoints && endpoints.PropertyValues().OfType<JObject>().Any(endpoint => isAsked(endpoint[field]));

    private static bool IsTrue(JToken? value) => value is JValue { Value: true };

    private static bool IsText(JToken? value) => value is JValue { Value: string { Length: > 0 } };

    private static bool IsNumber(JToken? value) => value is JValue { Value: not (null or 0L) };

    private sealed record NewParameter(string Method, string Prefix, string Suffix, string Name, ApiVersion Since)
    {
        public bool IsIn(HttpRequest request, string path) =>
            request.Method == Method && path.StartsWith(Prefix, StringComparison.Ordinal) && path.EndsWith(Suffix, StringComparison.Ordinal)
            && request.Query.TryGetValue(Name, out var value) && value.ToString().Length > 0;
    }

    private sealed record NewField(string Name, ApiVersion Since, Func<JObject, bool> IsAsked);
}
