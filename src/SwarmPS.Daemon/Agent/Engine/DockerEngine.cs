using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Docker.DotNet;
using Docker.DotNet.Models;
using Docker.DotNet.NativeHttp;
using SwarmPS.Api;
using SwarmPS.Model;
using Version = System.Version;

namespace SwarmPS.Daemon.Agent.Engine;

/// <summary>A Docker Engine on a unix socket.</summary>
internal sealed partial class DockerEngine : IEngine
{
    /// <summary>Connections at the same time: streams of logs and events and waits for stops hold one each.</summary>
    private const int ConnectionsMax = 1024;

    /// <summary>
    /// Keys that nobody presses: clients leave a command by closing its streams. The engine would hold back the first of its own
    /// keys, and take a command that was left for one that failed with 126.
    /// </summary>
    private const string NoDetachKeys = "ctrl-_,ctrl-^,ctrl-_,ctrl-^,ctrl-_,ctrl-^";

    private readonly DockerClient client;
    private readonly string socketPath;

    /// <summary>An engine on a socket, which need not be there yet.</summary>
    /// <param name="socketPath">The socket's path.</param>
    public DockerEngine(string socketPath)
    {
        (Endpoint, this.socketPath) = ("unix://" + socketPath, socketPath);
        client = new DockerClientBuilder()
            .WithEndpoint(new Uri("http://engine/"))
            .WithTransportOptions(new NativeHttpTransportOptions { ConfigureHandler = Connect })
            .WithTimeout(Timeout.InfiniteTimeSpan)
            .Build();
    }

    /// <inheritdoc/>
    public string Endpoint { get; }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    /// <inheritdoc/>
    public async Task<EngineInfo> InfoAsync(CancellationToken stop) =>
        EngineAnswers.Info(await AskAsync(client.System.GetSystemInfoAsync(stop)).ConfigureAwait(false));

    /// <inheritdoc/>
    public async Task<Version> ApiVersionAsync(CancellationToken stop)
    {
        var said = (await AskAsync(client.System.GetVersionAsync(stop)).ConfigureAwait(false)).APIVersion;
        return Version.TryParse(said, out var version) ? version : throw new EngineException(HttpStatusCode.BadGateway, $"The engine names no version of its API but '{said}'.");
    }

    /// <inheritdoc/>
    public async Task<bool> HasImageAsync(string image, CancellationToken stop)
    {
        try
        {
            await AskAsync(client.Images.InspectImageAsync(image, stop)).ConfigureAwait(false);
            return true;
        }
        catch (EngineException missing) when (missing.Status == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task PullImageAsync(string image, RegistryAuth? auth, CancellationToken stop)
    {
        var failure = new PullFailure();
        Dictionary<string, string> headers = [];
        if (auth is not null)
            headers["X-Registry-Auth"] = auth.Header;
        await AskAsync(client.Images.CreateImageAsync(new() { FromImage = image }, null, headers, failure, stop)).ConfigureAwait(false);
        if (failure.Message is { } message)
            throw new EngineException(HttpStatusCode.InternalServerError, message);
    }

    /// <inheritdoc/>
    public async Task<string> CreateContainerAsync(CreateContainerParameters request, CancellationToken stop) =>
        (await AskAsync(client.Containers.CreateContainerAsync(request, stop)).ConfigureAwait(false)).ID;

    /// <inheritdoc/>
    public Task StartContainerAsync(string id, CancellationToken stop) =>
        AskAsync(client.Containers.StartContainerAsync(id, null, stop));

    /// <inheritdoc/>
    public Task StopContainerAsync(string id, CancellationToken stop) =>
        IfThereAsync(client.Containers.StopContainerAsync(id, new(), stop));

    /// <inheritdoc/>
    public Task RemoveContainerAsync(string id, CancellationToken stop) =>
        IfThereAsync(client.Containers.RemoveContainerAsync(id, new() { Force = true, RemoveVolumes = true }, stop));

    /// <inheritdoc/>
    public async Task<EngineContainer?> InspectContainerAsync(string idOrName, CancellationToken stop)
    {
        try
        {
            return EngineAnswers.Container(await AskAsync(client.Containers.InspectContainerAsync(idOrName, stop)).ConfigureAwait(false));
        }
        catch (EngineException missing) when (missing.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<EngineContainer>> ListContainersAsync(IReadOnlyList<string> labels, CancellationToken stop)
    {
        var wanted = new ContainersListParameters { All = true, Filters = Filters(("label", labels)) };
        var found = await AskAsync(client.Containers.ListContainersAsync(wanted, stop)).ConfigureAwait(false);
        return found.Select(EngineAnswers.Container).ToList();
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<EngineEvent> WatchAsync(IReadOnlyList<string> labels, DateTimeOffset since, [EnumeratorCancellation] CancellationToken stop)
    {
        var wanted = new ContainerEventsParameters
        {
            Since = Seconds(Timestamp.From(since)),
            Filters = Filters(("type", ["container"]), ("event", ["die", "health_status", "destroy"]), ("label", labels)),
        };
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var events = new EventQueue();
        var source = events.FillAsync(progress => AskAsync(client.System.MonitorEventsAsync(wanted, progress, ended.Token)));
        try
        {
            await foreach (var happened in events.ReadAsync(stop).ConfigureAwait(false))
                yield return happened;
            await source.ConfigureAwait(false);
            throw new EngineUnreachableException(Endpoint);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<EngineOutput> ReadLogsAsync(string id, TaskLogOptions options, [EnumeratorCancellation] CancellationToken stop)
    {
        var wanted = new ContainerLogsParameters
        {
            ShowStdout = options.Stdout,
            ShowStderr = options.Stderr,
            Follow = options.Follow,
            Timestamps = options.Timestamps,
            Since = Timestamp.TryParse(options.Since, out var since) ? Seconds(since) : options.Since,
            Tail = options.Tail,
        };
        using var output = await AskAsync(client.Containers.GetContainerLogsAsync(id, wanted, stop)).ConfigureAwait(false);
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var read = await AskAsync(output.ReadOutputAsync(buffer, 0, buffer.Length, stop)).ConfigureAwait(false);
            if (read.EOF)
                yield break;
            yield return new(read.Target == MultiplexedStream.TargetStream.StandardError, buffer.AsMemory(0, read.Count));
        }
    }

    /// <inheritdoc/>
    public async Task<ITaskProcess> StartProcessAsync(string id, TaskExecRequest request, CancellationToken stop)
    {
        var wanted = new ContainerExecCreateParameters
        {
            Cmd = [.. request.Cmd],
            Env = [.. request.Env ?? []],
            User = request.User ?? "",
            WorkingDir = request.WorkingDir ?? "",
            Privileged = request.Privileged,
            TTY = request.Tty,
            AttachStdin = request.AttachStdin,
            AttachStdout = true,
            AttachStderr = true,
            DetachKeys = NoDetachKeys,
        };
        var made = (await AskAsync(client.Exec.CreateContainerExecAsync(id, wanted, stop)).ConfigureAwait(false)).ID;
        var process = await AskAsync(EngineProcess.StartAsync(OpenAsync, made, request.Tty, ResizeAsync, ExitCodeAsync, stop)).ConfigureAwait(false);
        if (request.ConsoleSize is { } size)
            await ResizeAsync(size, stop).ConfigureAwait(false);
        return process;

        async Task<int?> ExitCodeAsync(CancellationToken cancel)
        {
            try
            {
                var now = await AskAsync(client.Exec.InspectContainerExecAsync(made, cancel)).ConfigureAwait(false);
                return now.Running ? null : (int?)now.ExitCode ?? 0;
            }
            catch (Exception failure) when (failure is EngineException or EngineUnreachableException)
            {
                // The engine forgets a container's commands with the container.
                throw new SwarmException(SwarmErrorCode.Unavailable, $"The command's streams ended, and how it ended is not known: {failure.Message}", failure);
            }
        }

        async Task ResizeAsync(TerminalSize to, CancellationToken cancel)
        {
            try
            {
                await AskAsync(client.Exec.ResizeExecTtyAsync(made, new() { Height = (int)to.Height, Width = (int)to.Width }, cancel)).ConfigureAwait(false);
            }
            catch (EngineException)
            {
                // The command has ended, or has not quite begun: it goes on with the size it has.
            }
        }
    }

    private void Connect(SocketsHttpHandler handler)
    {
        handler.MaxConnectionsPerServer = ConnectionsMax;
        handler.UseProxy = false;
        handler.ConnectCallback = async (_, stop) => new NetworkStream(await OpenAsync(stop).ConfigureAwait(false), ownsSocket: true);
    }

    private async Task<Socket> OpenAsync(CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), stop).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A time as the engine reads it, exact to the nanosecond.</summary>
    private static string Seconds(Timestamp time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.Nanoseconds / 1_000_000_000}.{time.Nanoseconds % 1_000_000_000:D9}");

    private static Dictionary<string, IDictionary<string, bool>> Filters(params (string Name, IReadOnlyList<string> Values)[] filters) =>
        filters.ToDictionary(
            filter => filter.Name,
            IDictionary<string, bool> (filter) => filter.Values.ToDictionary(value => value, _ => true));

    private async Task IfThereAsync(Task call)
    {
        try
        {
            await AskAsync(call).ConfigureAwait(false);
        }
        catch (EngineException missing) when (missing.Status == HttpStatusCode.NotFound)
        {
            // It is gone, which is what was wanted.
        }
    }

    private Task AskAsync(Task call)
    {
        return AskAsync(Typed());

        async Task<bool> Typed()
        {
            await call.ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>Turns the client's faults into ours: the engine refused, or it could not be reached.</summary>
    private async Task<T> AskAsync<T>(Task<T> call)
    {
        try
        {
            return await call.ConfigureAwait(false);
        }
        catch (DockerApiException refusal)
        {
            throw new EngineException(refusal.StatusCode, EngineAnswers.Message(refusal.ResponseBody) ?? refusal.Message, refusal);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or SocketException)
        {
            throw new EngineUnreachableException(Endpoint, broken);
        }
    }

    /// <summary>Remembers why a pull failed: the engine answers 200 at once and tells failures as part of the progress.</summary>
    private sealed class PullFailure : IProgress<JSONMessage>
    {
        public string? Message { get; private set; }

        public void Report(JSONMessage value) => Message = value.Error?.Message ?? Message;
    }
}
