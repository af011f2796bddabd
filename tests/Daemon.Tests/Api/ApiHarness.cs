using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Newtonsoft.Json.Linq;
using SwarmPS.Api;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Api;
using SwarmPS.Daemon.Tests.Agent;

namespace SwarmPS.Daemon.Tests.Api;

/// <summary>A real API server on a unix socket, over a swarm in memory, and a client of it.</summary>
internal sealed class ApiHarness : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly string folder = Directory.CreateTempSubdirectory("swarmps-api-").FullName;
    private readonly CancellationTokenSource deadline = new(Deadline);

    private ApiHarness(string? engine, ITaskLogs? logs, ITaskProcesses? processes)
    {
        Socket = Path.Combine(folder, "api.sock");
        Options = new()
        {
            Sockets = [Socket],
            EngineSocket = engine ?? Path.Combine(folder, "no-engine.sock"),
            Membership = Membership,
            Logs = logs ?? new FakeTaskLogs(),
            Processes = processes ?? new FakeProcesses(),
            Checks = new FakeNetworkChecks(),
            LoggerFactory = NullLoggerFactory.Instance,
            Group = "no-such-group",
            EngineTimeout = TimeSpan.FromSeconds(3),
        };
        Client = new(new SocketsHttpHandler { ConnectCallback = ConnectAsync }) { BaseAddress = new("http://swarmps/") };
    }

    public string Socket { get; }

    public ApiServerOptions Options { get; }

    public FakeMembership Membership { get; } = new();

    public HttpClient Client { get; }

    /// <summary>Cancelled when a test takes too long.</summary>
    public CancellationToken Stop => deadline.Token;

    public ApiServer Server { get; private set; } = null!;

    public static async Task<ApiHarness> StartAsync(bool swarm = true, string? engine = null, ITaskLogs? logs = null, ITaskProcesses? processes = null)
    {
        var harness = new ApiHarness(engine, logs, processes);
        if (swarm)
            await harness.Membership.InitAsync(new(), harness.Stop);
        harness.Server = await ApiServer.StartAsync(harness.Options, harness.Stop);
        return harness;
    }

    /// <summary>A request and its answer, whatever the status.</summary>
    public async Task<(int Status, JToken? Body)> SendAsync(string method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new(method), path);
        if (body is not null)
            request.Content = new StringContent(body as string ?? ApiJson.Write(body), Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await Client.SendAsync(request, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        return ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType == "application/json" ? JToken.Parse(text) : text);
    }

    /// <summary>A request that must succeed.</summary>
    public async Task<JToken?> OkAsync(string method, string path, object? body = null)
    {
        var (status, answer) = await SendAsync(method, path, body);
        Assert.True(status is >= 200 and < 300, $"{method} {path}: {status} {answer}");
        return answer;
    }

    /// <summary>A request that must be refused; gives the message.</summary>
    public async Task<string> RefusedAsync(int status, string method, string path, object? body = null)
    {
        var (actual, answer) = await SendAsync(method, path, body);
        Assert.True(actual == status, $"{method} {path}: {actual} where {status} was expected: {answer}");
        return (string)answer!["message"]!;
    }

    /// <summary>A raw connection to the server.</summary>
    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), Stop);
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (Server is not null)
            await Server.DisposeAsync();
        await Membership.DisposeAsync();
        deadline.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop) =>
        new NetworkStream(await ConnectAsync(), ownsSocket: true);
}
