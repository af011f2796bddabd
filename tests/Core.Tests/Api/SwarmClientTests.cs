using System.Net.Sockets;
using System.Text;
using SwarmPS.Api;

namespace SwarmPS.Core.Tests.Api;

/// <summary>What the client says where the daemon ends while it answers.</summary>
public sealed class SwarmClientTests : IDisposable
{
    private readonly string socket = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose() => File.Delete(socket);

    [Fact]
    public async Task AnswerThatIsTorn_IsAConnectionThatBroke()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(socket));
        listener.Listen();
        var answering = AnswerAsync(listener);
        using var client = new SwarmClient(SwarmEndpoint.Parse($"unix://{socket}"));
        var fault = await Assert.ThrowsAsync<SwarmUnreachableException>(() => client.ListServicesAsync(new(), TestContext.Current.CancellationToken));
        await answering;
        Assert.Equal(UnreachableReason.Broken, fault.Reason);
        Assert.Contains(socket, fault.Message, StringComparison.Ordinal);
    }

    private static async Task AnswerAsync(Socket listener)
    {
        using var connection = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        var asked = new byte[4096];
        Assert.NotEqual(0, await connection.ReceiveAsync(asked, TestContext.Current.CancellationToken));
        await connection.SendAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[{\r\n"));
    }
}
