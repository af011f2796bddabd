using Docker.DotNet.Models;
using SwarmPS.Api;
using SwarmPS.Daemon.Networking;
using SwarmPS.Model;
using Version = System.Version;

namespace SwarmPS.Daemon.Agent.Engine;

/// <summary>
/// What the agent needs of a container engine. Every call fails with <see cref="EngineUnreachableException"/> where the engine
/// does not answer, and with <see cref="EngineException"/> where it refuses. Calls may be made at the same time.
/// </summary>
internal interface IEngine : IDisposable
{
    /// <summary>Where the engine listens, for messages.</summary>
    string Endpoint { get; }

    /// <summary>What the engine and its machine are.</summary>
    Task<EngineInfo> InfoAsync(CancellationToken stop);

    /// <summary>The newest version of its API.</summary>
    Task<Version> ApiVersionAsync(CancellationToken stop);

    /// <summary>Whether the engine has an image.</summary>
    Task<bool> HasImageAsync(string image, CancellationToken stop);

    /// <summary>Pulls an image from its registry.</summary>
    Task PullImageAsync(string image, RegistryAuth? auth, CancellationToken stop);

    /// <summary>Creates a container and gives its id.</summary>
    Task<string> CreateContainerAsync(CreateContainerParameters request, CancellationToken stop);

    /// <summary>Puts a container on a further network; one that is there already is left as it is.</summary>
    Task ConnectNetworkAsync(string id, ContainerPlace place, CancellationToken stop);

    /// <summary>Starts a container; one that runs is left as it is.</summary>
    Task StartContainerAsync(string id, CancellationToken stop);

    /// <summary>Stops a container by its own signal and grace period, and returns when it has ended; one that is gone counts as ended.</summary>
    Task StopContainerAsync(string id, CancellationToken stop);

    /// <summary>Removes a container and its anonymous volumes, by force; one that is gone counts as removed.</summary>
    Task RemoveContainerAsync(string id, CancellationToken stop);

    /// <summary>A container by id or name, or null.</summary>
    Task<EngineContainer?> InspectContainerAsync(string idOrName, CancellationToken stop);

    /// <summary>All containers that have the labels, running or not. Their exit codes, process ids and ports are left out.</summary>
    Task<IReadOnlyList<EngineContainer>> ListContainersAsync(IReadOnlyList<string> labels, CancellationToken stop);

    /// <summary>
    /// What happens to containers that have the labels, from <paramref name="since"/> on as far as the engine remembers.
    /// Ends by <see cref="EngineUnreachableException"/> when the engine goes away.
    /// </summary>
    IAsyncEnumerable<EngineEvent> WatchAsync(IReadOnlyList<string> labels, DateTimeOffset since, CancellationToken stop);

    /// <summary>A container's output, in pieces as they come.</summary>
    IAsyncEnumerable<EngineOutput> ReadLogsAsync(string id, TaskLogOptions options, CancellationToken stop);

    /// <summary>Starts a command in a container.</summary>
    Task<ITaskProcess> StartProcessAsync(string id, TaskExecRequest request, CancellationToken stop);
}
