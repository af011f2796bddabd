using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using SwarmPS.Api;
using SwarmPS.Model;
using SwarmPS.Planning;

namespace SwarmPS.Cmdlets.Tests;

/// <summary>A request that a cmdlet sent.</summary>
internal sealed record Received(string Method, string Path, IReadOnlyDictionary<string, string> Query, string Body)
{
    public T As<T>() => ApiJson.Read<T>(Body);

    public override string ToString() => $"{Method} {Path}";
}

/// <summary>A daemon that answers as a test says, on a socket of its own, and remembers what it was asked.</summary>
internal sealed class FakeDaemon : IAsyncDisposable
{
    private readonly string folder;
    private readonly WebApplication server;
    private readonly ConcurrentDictionary<string, Func<HttpContext, Received, Task>> answers = new();

    private FakeDaemon(string folder, string socket)
    {
        this.folder = folder;
        Socket = socket;
        // Every other builder watches the folder that it runs in, with all below it, for changed settings.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.ListenUnixSocket(Socket));
        server = builder.Build();
        server.Run(AnswerAsync);
        Json("GET /_ping", () => "OK");
        Json("GET /info", () => new InfoAnswer { Name = "box", ServerVersion = "20.10.24", Swarm = new SwarmInfo { NodeId = "n1", LocalNodeState = "active", ControlAvailable = true, Nodes = 1, Managers = 1 } });
    }

    public string Socket { get; }

    public string Address => "unix://" + Socket;

    public ConcurrentQueue<Received> Requests { get; } = new();

    /// <summary>What was asked but to look at something, or to say what would be done.</summary>
    public IEnumerable<Received> Changes => Requests.Where(request => request.Method != "GET" && request.Path != "/swarmps/plan");

    public static async Task<FakeDaemon> StartAsync(string? socket = null)
    {
        var folder = Directory.CreateTempSubdirectory("swarmps-fake-").FullName;
        var daemon = new FakeDaemon(folder, socket ?? Path.Combine(folder, "api.sock"));
        await daemon.server.StartAsync();
        return daemon;
    }

    /// <summary>Answers a route, as <c>GET /services/*</c>, with an object; nothing for a null.</summary>
    public FakeDaemon Json(string route, Func<object?> answer) => Json(route, _ => answer());

    public FakeDaemon Json(string route, Func<Received, object?> answer) => On(route, (context, request) =>
        answer(request) is { } body ? context.Response.WriteAsync(ApiJson.Write(body)) : Task.CompletedTask);

    /// <summary>Refuses a route.</summary>
    public FakeDaemon Refuse(string route, int status, string message) => On(route, (context, _) =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(ApiJson.Write(new { message }));
    });

    public FakeDaemon On(string route, Func<HttpContext, Received, Task> answer)
    {
        answers[route] = answer;
        return this;
    }

    /// <summary>Has events of a task from index 1.0 on, and more of them than any test takes.</summary>
    public FakeDaemon Events(int count) => On("GET /events", async (context, _) =>
    {
        for (var i = 1; i <= count; i++)
            await context.Response.WriteAsync($$$"""{"Type":"task","Action":"update","Actor":{"ID":"t{{{i}}}","Attributes":{"name":"web.1.t{{{i}}}","state.old":"starting","state.new":"running"}},"scope":"swarm","timeNano":{{{i}}}000000000,"index":"{{{i}}}.0"}""" + "\n");
        await context.Response.Body.FlushAsync();
    });

    /// <summary>Plays commands in tasks: what is asked for, and the raw streams.</summary>
    public FakeDaemon Exec(Func<string, TaskExecRequest, IDuplexPipe, Task> play) => On("POST /swarmps/tasks/*/exec", async (context, request) =>
    {
        // The request has been read whole, and the server reads no more until this ends.
        var raw = context.Features.GetRequiredFeature<IConnectionTransportFeature>().Transport;
        await raw.Output.WriteAsync("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"u8.ToArray());
        await play(request.Path.Split('/')[3], request.As<TaskExecRequest>(), raw);
        // The client goes when it has heard the end.
        while (await raw.Input.ReadAsync() is { IsCompleted: false } rest)
            raw.Input.AdvanceTo(rest.Buffer.End);
    });

    /// <summary>How services converge: a line for each step.</summary>
    public FakeDaemon Converges(params Convergence[] steps) => Lines("GET /swarmps/services/*/convergence", steps);

    /// <summary>Answers a route with an object a line.</summary>
    public FakeDaemon Lines<T>(string route, params T[] lines) where T : class => On(route, async (context, _) =>
    {
        foreach (var line in lines)
        {
            await context.Response.WriteAsync(ApiJson.Write(line) + "\n");
            await context.Response.Body.FlushAsync();
        }
    });

    /// <summary>One service that can be looked at and updated, and converges at once.</summary>
    public FakeDaemon Has(params Service[] services)
    {
        var all = services.ToDictionary(service => service.Id);
        Json("GET /services", request => Filtered(all.Values, request).ToList());
        Json("GET /services/*", request => all.Values.Single(service => request.Path.EndsWith("/" + service.Id, StringComparison.Ordinal) || request.Path.EndsWith("/" + service.Spec.Name, StringComparison.Ordinal)));
        Json("POST /services/*/update", request =>
        {
            var id = request.Path.Split('/')[2];
            all[id] = all[id] with { Spec = request.As<ServiceSpec>(), Version = new(all[id].Version.Index + 1) };
            return new UpdateAnswer();
        });
        Json("POST /services/create", request =>
        {
            all["new1"] = new() { Id = "new1", Spec = request.As<ServiceSpec>(), Version = new(1) };
            return new CreateAnswer { Id = "new1" };
        });
        Json("DELETE /services/*", () => null);
        Json("POST /swarmps/plan", request => new ServicePlan { ServiceId = request.Query.GetValueOrDefault("service"), Name = request.As<ServiceSpec>().Name ?? "" });
        return Converges(new Convergence { Desired = 1, Running = 1, State = "converged" });
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static IEnumerable<Service> Filtered(IEnumerable<Service> services, Received request)
    {
        var filters = request.Query.TryGetValue("filters", out var json) ? ApiJson.Read<Dictionary<string, Dictionary<string, bool>>>(json) : [];
        return services.Where(service => filters.All(filter => filter.Key switch
        {
            "name" => filter.Value.Keys.Any(name => service.Spec.Name!.StartsWith(name, StringComparison.Ordinal)),
            "id" => filter.Value.Keys.Any(id => service.Id.StartsWith(id, StringComparison.Ordinal)),
            _ => true,
        }));
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var path = context.Request.Path.Value!;
        var query = context.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        var request = new Received(context.Request.Method, path, query, await reader.ReadToEndAsync());
        Requests.Enqueue(request);
        var match = answers.Where(pair => Fits(pair.Key, request)).OrderBy(pair => pair.Key.Contains('*')).ThenByDescending(pair => pair.Key.Length).FirstOrDefault();
        if (match.Value is not null)
        {
            await match.Value(context, request);
            return;
        }
        context.Response.StatusCode = 404;
        await context.Response.WriteAsync(ApiJson.Write(new { message = $"page not found: {request}" }));
    }

    private static bool Fits(string route, Received request) =>
        Regex.IsMatch(request.ToString(), "^" + Regex.Escape(route).Replace("\\*", "[^/]+") + "$");
}
