using SwarmPS.Api;
using SwarmPS.Cmdlets.Swarm;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Tests.Swarm;

public sealed class JoinSwarmTests
{
    private const string Token = "SWMTKN-1-abc";

    private static async Task<FakeDaemon> DaemonAsync() =>
        (await FakeDaemon.StartAsync()).Json("POST /swarm/join", () => null).Json("POST /swarm/unlock", () => null);

    [Theory]
    [InlineData($"Join-Swarm 192.0.2.1:2377 {Token}")]
    [InlineData($"Join-Swarm -RemoteAddress 192.0.2.1:2377 -Token ' {Token} '")]
    [InlineData($"$s = [Security.SecureString]::new(); '{Token}'.ToCharArray().ForEach{{ $s.AppendChar($_) }}; Join-Swarm 192.0.2.1:2377 -Token $s")]
    [InlineData($"[pscustomobject]@{{ RemoteAddress = '192.0.2.1:2377'; Token = '{Token}' }} | Join-Swarm")]
    public async Task Token_IsSecureOrPlain(string script)
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        Assert.Equal("active", prompt.Run(script).One<SwarmClusterInfo>().LocalNodeState);
        Assert.Equal(new SwarmJoinRequest { ListenAddr = "0.0.0.0:2377", RemoteAddrs = ["192.0.2.1:2377"], JoinToken = Token }, Assert.Single(daemon.Changes).As<SwarmJoinRequest>());
    }

    [Fact]
    public async Task Join_AsksForWhatWasGiven()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        prompt.Run($"Join-Swarm a:1, b:2 {Token} -ListenAddress 10.0.0.2:99 -AdvertiseAddress eth0 -DataPathAddress eth1 -Availability Drain").Clean();
        Assert.Equal(
            new SwarmJoinRequest { RemoteAddrs = ["a:1", "b:2"], JoinToken = Token, ListenAddr = "10.0.0.2:99", AdvertiseAddr = "eth0", DataPathAddr = "eth1", Availability = NodeAvailability.Drain },
            Assert.Single(daemon.Changes).As<SwarmJoinRequest>());
    }

    [Theory]
    [InlineData(503, "This node is already part of a swarm.", "SwarmUnavailable")]
    [InlineData(400, "invalid join token", "InvalidArgument")]
    public async Task Refusal_SaysWhy_AndNeverTheToken(int status, string message, string id)
    {
        await using var daemon = await DaemonAsync();
        daemon.Refuse("POST /swarm/join", status, message);
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run($"Join-Swarm 192.0.2.1:2377 {Token} -Verbose");
        Assert.Equal(id, outcome.ErrorId);
        Assert.Equal("192.0.2.1:2377", outcome.Error.TargetObject);
        Assert.Contains(message, outcome.Error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Token, $"{outcome.Error} {outcome.Error.Exception} {string.Join(' ', outcome.Verbose)}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData($"Join-Swarm 192.0.2.1:2377 {Token} -WhatIf")]
    [InlineData("Unlock-Swarm SWMKEY-1-x -WhatIf")]
    [InlineData("Reset-SwarmJoinToken Worker -WhatIf")]
    [InlineData("Reset-SwarmUnlockKey -WhatIf")]
    [InlineData("Update-SwarmCertificateAuthority -WhatIf")]
    [InlineData("Remove-SwarmNode far -WhatIf")]
    [InlineData("Set-SwarmNode far -Availability Drain -Wait -WhatIf")]
    [InlineData("Add-SwarmNode /nowhere/a.sock -WhatIf")]
    public async Task WhatIf_AsksForNothing(string script)
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        var before = daemon.Requests.Count;
        Assert.Empty(prompt.Run(script).Clean());
        Assert.Equal(before, daemon.Requests.Count);
    }

    [Fact]
    public async Task Unlock_SendsTheKey()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        Assert.Empty(prompt.Run("Unlock-Swarm SWMKEY-1-x").Clean());
        Assert.Equal("SWMKEY-1-x", Assert.Single(daemon.Changes).As<UnlockKeyBody>().UnlockKey);
    }

    [Theory]
    [InlineData(401, "AuthenticationFailed")]
    [InlineData(409, "SwarmNotLocked")]
    public async Task Unlock_ThatFails_SaysWhy(int status, string id)
    {
        await using var daemon = await DaemonAsync();
        daemon.Refuse("POST /swarm/unlock", status, "refused");
        using var prompt = new Prompt(daemon);
        Assert.Equal(id, prompt.Run("Unlock-Swarm SWMKEY-1-x").ErrorId);
    }

    [Fact]
    public async Task Autolock_TellsOfTheKey_OnceAndWithoutShowingIt()
    {
        await using var daemon = await DaemonAsync();
        var spec = new SwarmSpec();
        daemon.Json("GET /swarm", () => new SwarmObject { Version = new(1), Spec = spec }).Json("POST /swarm/update", request => { spec = request.As<SwarmSpec>(); return null; });
        using var prompt = new Prompt(daemon);
        Assert.Contains("Get-SwarmUnlockKey", Assert.Single(prompt.Run("Set-Swarm -Autolock").Warnings), StringComparison.Ordinal);
        Assert.True(spec.EncryptionConfig?.AutoLockManagers);
        Assert.Empty(prompt.Run("Set-Swarm -Autolock").Warnings);
        Assert.Empty(prompt.Run("Set-Swarm -Autolock:$false").Warnings);
        Assert.False(spec.EncryptionConfig?.AutoLockManagers);
    }
}
