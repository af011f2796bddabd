using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace SwarmPS.EndToEnd;

/// <summary>Somebody who reaches a manager's port for nodes and has no certificate of the swarm.</summary>
public sealed class StrangerTests : IAsyncLifetime
{
    private const int BodyBytes = 16 << 20;
    private const int GrowthMax = 10 << 20;

    private readonly DaemonProcess daemon = new("/nonexistent/engine.sock");
    private readonly int port = FreePorts.Pair();

    public async ValueTask InitializeAsync()
    {
        await daemon.StartAsync();
        await daemon.Client.InitializeSwarmAsync(new() { ListenAddr = $"127.0.0.1:{port}", AdvertiseAddr = "127.0.0.1" }, CancellationToken.None);
    }

    public ValueTask DisposeAsync() => daemon.DisposeAsync();

    [Fact]
    public async Task LargeMessagesWithoutCertificate_CostTheManagerNoMemory()
    {
        string[] calls = ["swarmps.Dispatcher/ReportStatuses", "swarmps.Forwarding/Forward", "swarmps.NodeCA/IssueNodeCertificate", "swarmps.NodeCA/GetRootCertificate"];
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } });
        // The same once with little, so that what is read of the program and kept for later is there.
        foreach (var _ in Enumerable.Range(0, 3))
            await Task.WhenAll(Enumerable.Range(0, 100).Select(i => SendAsync(client, calls[i % calls.Length], 1 << 10)));
        var before = await PeakAsync();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => SendAsync(client, calls[i % calls.Length], BodyBytes)));
        var grown = await PeakAsync() - before;
        Assert.True(grown < GrowthMax, $"100 messages of {BodyBytes >> 20} MiB took {grown >> 20} MiB of memory");
        Assert.True((await daemon.Client.GetInfoAsync(CancellationToken.None)).Swarm!.ControlAvailable);
    }

    /// <summary>Sends one call; how it is refused does not matter here.</summary>
    private async Task SendAsync(HttpClient client, string call, int bytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://127.0.0.1:{port}/{call}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StreamContent(new MemoryStream(Body(bytes))),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TryAddWithoutValidation("te", "trailers");
        try
        {
            using var answer = await client.SendAsync(request).WaitAsync(TimeSpan.FromSeconds(60));
            await answer.Content.ReadAsByteArrayAsync();
        }
        catch (HttpRequestException)
        {
            // Its stream or its connection was ended.
        }
    }

    /// <summary>One gRPC message: its head, then a list of nothing but lists.</summary>
    private static byte[] Body(int bytes)
    {
        var body = new byte[bytes + 5];
        body.AsSpan(5).Fill(0x90);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), bytes);
        return body;
    }

    /// <summary>The most memory that the daemon has had so far, in bytes.</summary>
    private async Task<long> PeakAsync()
    {
        var line = (await File.ReadAllLinesAsync($"/proc/{daemon.Process.Id}/status")).First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) << 10;
    }
}
