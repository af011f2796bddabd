using System.Net.Sockets;
using SwarmPS.Daemon.Api;
using SwarmPS.Daemon.Composition;

namespace SwarmPS.Daemon.Tests.Api;

public sealed class SocketTests
{
    [Fact]
    public async Task SocketOfAKilledDaemon_IsReplaced_AndForItsOwnerAlone()
    {
        await using var api = await ApiHarness.StartAsync();
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(api.Socket));
        await api.Server.StopAsync(api.Stop);
        await api.Server.DisposeAsync();
        using (var killed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            killed.Bind(new UnixDomainSocketEndPoint(api.Socket));
            File.Move(api.Socket, api.Socket + ".kept");
        }
        File.Move(api.Socket + ".kept", api.Socket);
        await using var next = await ApiServer.StartAsync(api.Options, api.Stop);
        await api.OkAsync("GET", "/_ping");
    }

    [Fact]
    public async Task SocketOfALivingDaemon_IsLeftAlone()
    {
        await using var api = await ApiHarness.StartAsync();
        var refused = await Assert.ThrowsAsync<ConfigurationException>(() => ApiServer.StartAsync(api.Options, api.Stop));
        Assert.Contains("another daemon answers there", refused.Message);
        await api.OkAsync("GET", "/_ping");
    }

    [Fact]
    public async Task FileThatIsNoSocket_IsLeftAlone()
    {
        await using var api = await ApiHarness.StartAsync();
        var path = api.Socket + ".txt";
        await File.WriteAllTextAsync(path, "precious", api.Stop);
        var refused = await Assert.ThrowsAsync<ConfigurationException>(() => ApiServer.StartAsync(api.Options with { Sockets = [path] }, api.Stop));
        Assert.Contains("no socket of ours", refused.Message);
        Assert.Equal("precious", await File.ReadAllTextAsync(path, api.Stop));
    }

    [Fact]
    public async Task PathTooLongForASocket_IsRefused_SayingSo()
    {
        await using var api = await ApiHarness.StartAsync();
        var path = "/tmp/" + new string('x', 120);
        var refused = await Assert.ThrowsAsync<ConfigurationException>(() => ApiServer.StartAsync(api.Options with { Sockets = [path] }, api.Stop));
        Assert.Contains("107 bytes", refused.Message);
    }
}
