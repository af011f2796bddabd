using System.Net.Sockets;
using System.Text;
using SwarmPS.Daemon.Api.Http;

namespace SwarmPS.Daemon.Tests.Api;

public sealed class ProxyTests
{
    [Fact]
    public async Task Request_ReachesTheEngine_JustAsItWasWritten()
    {
        await using var engine = FakeEngine.Of((_, stream, _) => FakeEngine.JsonAsync(stream, 418, """{"message":"teapot"}"""));
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        var (status, body) = await api.SendAsync("POST", "/v1.41/images/a%2Fb:c/tag?repo=x%20y&tag=z", "{}", ("X-Registry-Auth", "abc"));
        Assert.Equal((418, "teapot"), (status, (string?)body!["message"]));
        var head = engine.Heads.Single(h => h.StartsWith("POST", StringComparison.Ordinal));
        Assert.StartsWith("POST /v1.41/images/a%2Fb:c/tag?repo=x%20y&tag=z HTTP/1.1\r\n", head);
        Assert.Contains("X-Registry-Auth: abc", head);
    }

    [Theory]
    [InlineData("/swarm/join")]
    [InlineData("/v1.41/swarm/anything")]
    [InlineData("/v1.41/%73warm/anything")]
    [InlineData("/Services")]
    [InlineData("/x/../swarm/anything")]
    [InlineData("//swarm/anything")]
    [InlineData("/x%2F..%2Fswarm/anything")]
    [InlineData("/%2fswarm/anything")]
    public async Task EnginesOwnSwarm_IsNeverReached(string path)
    {
        await using var engine = FakeEngine.Of((_, stream, _) => FakeEngine.JsonAsync(stream, 200, "{}"));
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        var text = await RawAsync(api, $"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 404", text);
        Assert.DoesNotContain(engine.Heads, head => head.StartsWith("PUT", StringComparison.Ordinal));
    }

    [Fact]
    public async Task EnginesOwnSwarm_IsNeverReached_HoweverThePathIsEncoded()
    {
        await using var engine = FakeEngine.Of((_, stream, _) => FakeEngine.JsonAsync(stream, 200, "{}"));
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        foreach (var path in Router.Ours.SelectMany(EncodedForms))
        {
            var text = await RawAsync(api, $"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            Assert.True(text.StartsWith("HTTP/1.1 404", StringComparison.Ordinal) || text.StartsWith("HTTP/1.1 400", StringComparison.Ordinal), $"{path}: {text}");
        }
        Assert.DoesNotContain(engine.Heads, head => head.StartsWith("PUT", StringComparison.Ordinal));
    }

    private static IEnumerable<string> EncodedForms(string first)
    {
        var whole = string.Concat(first.Select(letter => $"%{(int)letter:X2}"));
        foreach (var written in (string[])[first, whole, $"%{(int)first[0]:x2}{first[1..]}"])
        {
            foreach (var before in (string[])["/", "/v1.41/", "/v1.41%2F", "/v1%2E41%2f", "/%2F", "/%5C", "/./", "/x/%2E%2E/", "/x%2F%2E%2E%2F"])
            {
                foreach (var after in (string[])["/nothing", "%2Fnothing", "%2fnothing", "%5Cnothing", "/%2e/nothing"])
                    yield return before + written + after;
            }
        }
    }

    [Fact]
    public async Task Stream_ComesPieceByPiece_AsTheEngineSendsIt()
    {
        var (begun, more) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var engine = FakeEngine.Of(async (_, stream, _) =>
        {
            await FakeEngine.TextAsync(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            await begun.Task;
            await FakeEngine.TextAsync(stream, "5\r\nfirst\r\n");
            await more.Task;
            await FakeEngine.TextAsync(stream, "6\r\nsecond\r\n0\r\n\r\n");
        });
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        using var answer = await api.Client.GetAsync("/containers/x/logs?follow=1", HttpCompletionOption.ResponseHeadersRead, api.Stop);
        // The head is here before the first byte of the body.
        begun.SetResult();
        await using var body = await answer.Content.ReadAsStreamAsync(api.Stop);
        var buffer = new byte[5];
        await body.ReadExactlyAsync(buffer, api.Stop);
        Assert.Equal("first", Encoding.ASCII.GetString(buffer));
        more.SetResult();
        Assert.Equal("second", await new StreamReader(body).ReadToEndAsync(api.Stop));
    }

    [Fact]
    public async Task TakenConnection_StillAnswers_AfterTheClientHasSaidItsLast()
    {
        await using var engine = FakeEngine.Of(EchoReversedAsync);
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        using var socket = await api.ConnectAsync();
        await using var stream = new NetworkStream(socket);
        // An ordinary request goes first: clients reuse connections.
        await FakeEngine.TextAsync(stream, "GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await UntilAsync(stream, "\r\n\r\nOK"));
        await FakeEngine.TextAsync(stream, "POST /exec/1/start HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"Tty\":false}");
        var head = await UntilAsync(stream, "\r\n\r\n");
        Assert.Contains("HTTP/1.1 101 UPGRADED\r\n", head);
        Assert.Contains("Content-Type: application/vnd.docker.raw-stream", head);
        await FakeEngine.TextAsync(stream, "abc");
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal("{\"Tty\":false}>cba", await new StreamReader(stream).ReadToEndAsync(api.Stop));
    }

    [Fact]
    public async Task ConnectionIsNotTaken_WhereTheEngineRefuses()
    {
        await using var engine = FakeEngine.Of((_, stream, _) => FakeEngine.JsonAsync(stream, 404, """{"message":"No such exec instance"}"""));
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        var text = await RawAsync(api,
            "POST /exec/1/start HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}" +
            "GET /_ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 404", text);
        Assert.Contains("No such exec instance", text);
        Assert.Contains("HTTP/1.1 200", text);
    }

    [Fact]
    public async Task TakenConnection_EndsWithTheEngine()
    {
        await using var engine = FakeEngine.Of((_, stream, _) => FakeEngine.TextAsync(stream, "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nbye"));
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        // The client says nothing and does not close: the engine's end must be enough.
        var text = await RawAsync(api, "POST /containers/x/attach HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
        Assert.EndsWith("\r\n\r\nbye", text);
    }

    /// <summary>Older clients build images by them.</summary>
    [Theory]
    [InlineData("/v1.41/session")]
    [InlineData("/v1.56/grpc")]
    public async Task DeprecatedConnections_OfBuilds_AreTakenOver(string path)
    {
        await using var engine = FakeEngine.Of((_, stream, _) => FakeEngine.TextAsync(stream, "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nframes"));
        await using var api = await ApiHarness.StartAsync(engine: engine.Socket);
        var text = await RawAsync(api, $"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
        Assert.Contains("HTTP/1.1 101", text);
        Assert.EndsWith("\r\n\r\nframes", text);
        Assert.Contains("Upgrade: h2c", engine.Heads[^1]);
    }

    private static async Task EchoReversedAsync(string head, NetworkStream stream, Socket socket)
    {
        var body = new byte[13];
        await stream.ReadExactlyAsync(body);
        await FakeEngine.TextAsync(stream, "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
        var said = await new StreamReader(stream).ReadToEndAsync();
        await FakeEngine.TextAsync(stream, Encoding.ASCII.GetString(body) + ">" + new string(said.Reverse().ToArray()));
    }

    private static async Task<string> RawAsync(ApiHarness api, string request)
    {
        using var socket = await api.ConnectAsync();
        await using var stream = new NetworkStream(socket);
        await FakeEngine.TextAsync(stream, request);
        return await new StreamReader(stream).ReadToEndAsync(api.Stop);
    }

    private static async Task<string> UntilAsync(NetworkStream stream, string end)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal) && await stream.ReadAsync(one) > 0)
            text.Append((char)one[0]);
        return text.ToString();
    }
}
