using System.Net;
using SwarmPS.Daemon.Composition;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Composition;

public sealed class CompositionTests
{
    [Fact]
    public async Task CommandLine_ReadsEveryOption()
    {
        DaemonOptions? seen = null;
        var code = await CommandLine.Build((options, _) => { seen = options; return Task.FromResult(7); })
            .Parse(["run", "--data-root", "/tmp/x", "--host", "unix:///a", "--host", "unix:///b", "--engine", "unix:///e", "--hostname", "h", "--log-level", "debug", "--log-format", "json"])
            .InvokeAsync();
        Assert.Equal(7, code);
        Assert.Equal(("/tmp/x", "unix:///e", "h", LogFormat.Json), (seen!.DataRoot, seen.Engine, seen.Hostname, seen.LogFormat));
        Assert.Equal(["unix:///a", "unix:///b"], seen.Hosts);
    }

    [Fact]
    public void AddressOfAnotherKind_IsRefused_SayingWhatToGive() =>
        Assert.Contains("unix:///run/swarmps/swarmps.sock", Assert.Throws<ConfigurationException>(() => DaemonOptions.UnixPath("--host", "http://x")).Message);

    [Theory]
    [InlineData(null, "0.0.0.0:2377")]
    [InlineData("10.1.2.3", "10.1.2.3:2377")]
    [InlineData("10.1.2.3:99", "10.1.2.3:99")]
    [InlineData(":99", "0.0.0.0:99")]
    [InlineData("lo:99", "127.0.0.1:99")]
    [InlineData("[::1]:99", "[::1]:99")]
    [InlineData("::1", "[::1]:2377")]
    public void ListenAddress_IsRead(string? text, string expected)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the loopback interface is called lo on Linux only");
        Assert.Equal(expected, HostAddresses.Parse(text, IPAddress.Any, 2377).ToString());
    }

    [Theory]
    [InlineData("10.1.2.3:70000")]
    [InlineData("nosuchcard0")]
    public void WrongAddress_IsRefused(string text) =>
        Assert.Equal(SwarmErrorCode.InvalidArgument, Assert.Throws<SwarmException>(() => HostAddresses.Parse(text, IPAddress.Any, 2377)).Code);

    [Fact]
    public void OneRealAddress_IsAdvertised_WhateverEnginesAdded() =>
        Assert.Equal("192.168.1.5", HostAddresses.Advertised([("lo", IPAddress.Loopback), ("docker0", IPAddress.Parse("172.17.0.1")), ("eth0", IPAddress.Parse("192.168.1.5"))]).ToString());

    [Theory]
    [InlineData("192.0.2.77", "data path address 192.0.2.77 is not an address of this machine")]
    [InlineData("0.0.0.0", "data path address 0.0.0.0 must be one IPv4 address")]
    public void DataPathAddress_IsOneOfThisMachine(string asked, string reason)
    {
        Assert.StartsWith(reason, Assert.Throws<SwarmException>(() => HostAddresses.DataPath(asked)).Message, StringComparison.Ordinal);
        Assert.Equal("127.0.0.1", HostAddresses.DataPath("lo"));
        Assert.Null(HostAddresses.DataPath(""));
    }

    [Fact]
    public void SeveralRealAddresses_AreAllNamedInTheRefusal()
    {
        var refused = Assert.Throws<SwarmException>(() => HostAddresses.Advertised([("eth0", IPAddress.Parse("10.0.0.1")), ("eth1", IPAddress.Parse("10.9.0.1"))]));
        Assert.Contains("10.0.0.1 on eth0, 10.9.0.1 on eth1", refused.Message);
        Assert.Contains("--advertise-addr", refused.Message);
    }

    [Fact]
    public async Task FirstFault_StopsTheOtherLoops_AndIsTold()
    {
        var other = new TaskCompletionSource();
        await using var scope = new LoopScope(CancellationToken.None);
        scope.Run("steady", async stop =>
        {
            stop.Register(other.SetResult);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        });
        scope.Run("weak", _ => throw new IOException("disk on fire"));
        var fault = await scope.FirstFault.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Contains("'weak' failed: disk on fire", fault.Message);
        await other.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task LoopThatEndsEarly_IsAFault()
    {
        await using var scope = new LoopScope(CancellationToken.None);
        scope.Run("short", _ => Task.CompletedTask);
        Assert.Contains("'short' ended", (await scope.FirstFault.WaitAsync(TimeSpan.FromSeconds(10))).Message);
    }

    [Fact]
    public void NodeFile_IsPrivate_ReadBack_AndSaysWhenDamaged()
    {
        var folder = Directory.CreateTempSubdirectory("swarmps-test-").FullName;
        try
        {
            var path = Path.Combine(folder, "node.json");
            Assert.Null(NodeFile.Load(path));
            var file = new NodeFile { NodeId = "n", SwarmId = "s", ListenAddr = "0.0.0.0:2377", AdvertiseAddr = "10.0.0.1:2377" };
            file.Save(path);
            Assert.Equal(file, NodeFile.Load(path));
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            File.WriteAllText(path, """{"NodeId":"n","Swarm""");
            Assert.Contains("Restore it from a backup", Assert.Throws<DataException>(() => NodeFile.Load(path)).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
