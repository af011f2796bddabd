namespace SwarmPS.Daemon.Api.Http;

/// <summary>Headers of the Engine API.</summary>
internal static class ApiHeaders
{
    /// <summary>The newest API version.</summary>
    public const string ApiVersion = "Api-Version";

    /// <summary>Whether experimental features are shown.</summary>
    public const string Experimental = "Docker-Experimental";

    /// <summary>The operating system.</summary>
    public const string OsType = "Ostype";

    /// <summary>The default builder.</summary>
    public const string BuilderVersion = "Builder-Version";

    /// <summary>Where this node stands: <c>active/manager</c>.</summary>
    public const string Swarm = "Swarm";

    /// <summary>What the image's registry asks for. A secret.</summary>
    public const string RegistryAuth = "X-Registry-Auth";
}
