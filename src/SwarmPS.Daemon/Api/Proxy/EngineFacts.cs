using Newtonsoft.Json.Linq;

namespace SwarmPS.Daemon.Api.Proxy;

/// <summary>What an engine says of itself, as far as answers and proxied requests need it.</summary>
/// <param name="ApiVersion">The newest API version that the engine serves.</param>
/// <param name="MinApiVersion">The oldest API version that the engine serves.</param>
/// <param name="Os">Its operating system.</param>
/// <param name="Experimental">Whether it shows experimental features.</param>
/// <param name="BuilderVersion">Its default builder, or null where it does not say.</param>
internal sealed record EngineFacts(ApiVersion ApiVersion, ApiVersion MinApiVersion, string Os, bool Experimental, string? BuilderVersion)
{
    /// <summary>Assumed while no engine has answered.</summary>
    public static readonly EngineFacts None = new(ApiVersion.Newest, ApiVersion.Oldest, "linux", false, null);

    /// <summary>The facts from an engine's <c>/version</c> and the headers of its <c>/_ping</c>.</summary>
    public static EngineFacts From(JObject version, HttpResponseMessage ping)
    {
        var newest = ApiVersion.TryParse((string?)version["ApiVersion"], out var theirs) ? theirs : ApiVersion.Newest;
        var oldest = ApiVersion.TryParse((string?)version["MinAPIVersion"], out var least) ? least : ApiVersion.Oldest;
        return new(
            newest,
            ApiVersion.Lower(oldest, newest),
            (string?)version["Os"] ?? None.Os,
            (bool?)version["Experimental"] ?? false,
            ping.Headers.TryGetValues("Builder-Version", out var builder) ? builder.FirstOrDefault() : null);
    }

    /// <summary>The version within the engine's range that is closest to the one a client asked for.</summary>
    public ApiVersion Closest(ApiVersion asked) => ApiVersion.Higher(ApiVersion.Lower(asked, ApiVersion), MinApiVersion);

    /// <summary>The engine's path for a path without a version, in the version closest to the client's; unversioned where the client names none.</summary>
    public string PathOf(ApiVersion? asked, string path) => asked is { } version ? $"/v{Closest(version)}{path}" : path;
}
