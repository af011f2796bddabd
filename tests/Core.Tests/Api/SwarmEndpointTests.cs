using SwarmPS.Api;

namespace SwarmPS.Core.Tests.Api;

public sealed class SwarmEndpointTests
{
    [Theory]
    [InlineData("ssh://box", "box", null)]
    [InlineData("ssh://admin@box.example.org:2222", "admin@box.example.org", 2222)]
    [InlineData("ssh://10.0.0.7/", "10.0.0.7", null)]
    public void Machine_IsRead(string address, string host, int? port) =>
        Assert.Equal((host, port), (SwarmEndpoint.Parse(address).Ssh!.Host, SwarmEndpoint.Parse(address).Ssh!.Port));

    [Theory]
    [InlineData("ssh://")]
    [InlineData("ssh://-oProxyCommand=touch")]
    [InlineData("ssh://-o@box")]
    [InlineData("ssh://box;reboot")]
    [InlineData("ssh://box/path")]
    [InlineData("ssh://user:password@box")]
    [InlineData("http://box")]
    [InlineData("box")]
    public void WhatIsNoAddress_IsRefused(string address) => Assert.Throws<FormatException>(() => SwarmEndpoint.Parse(address));

    [Fact]
    public void Socket_IsRead_WithOrWithoutItsScheme()
    {
        Assert.Equal(("unix:///run/a.sock", "/run/a.sock"), (SwarmEndpoint.Parse("unix:///run/a.sock").Address, SwarmEndpoint.Parse("/run/a.sock").SocketPath));
        Assert.Null(SwarmEndpoint.Parse("/run/a.sock").Ssh);
    }
}
