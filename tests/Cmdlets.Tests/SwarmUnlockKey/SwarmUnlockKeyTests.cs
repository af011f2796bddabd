using SwarmPS.Api;
using SwarmPS.Cmdlets.SwarmUnlockKey;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Tests.SwarmUnlockKey;

public sealed class SwarmUnlockKeyTests
{
    private static async Task<FakeDaemon> DaemonAsync(bool isLocking)
    {
        var key = isLocking ? "SWMKEY-1-old" : "";
        var daemon = await FakeDaemon.StartAsync();
        return daemon.Json("GET /swarm", () => new SwarmObject { Version = new(7), Spec = new() { EncryptionConfig = new(isLocking) } })
            .Json("GET /swarm/unlockkey", () => new UnlockKeyBody(key))
            .Json("POST /swarm/update", request =>
            {
                key = request.Query.ContainsKey("rotateManagerUnlockKey") ? "SWMKEY-1-new" : key;
                return null;
            });
    }

    [Fact]
    public async Task Key_IsShown_AndMadeAnew()
    {
        await using var daemon = await DaemonAsync(isLocking: true);
        using var prompt = new Prompt(daemon);
        Assert.Equal("SWMKEY-1-old", prompt.Run("Get-SwarmUnlockKey").One<SwarmUnlockKeyInfo>().UnlockKey);
        Assert.Equal("SWMKEY-1-new", prompt.Run("Reset-SwarmUnlockKey").One<SwarmUnlockKeyInfo>().UnlockKey);
        Assert.Equal("7", Assert.Single(daemon.Changes).Query["version"]);
        Assert.Equal("Unlock key", prompt.Run("\"$(Get-SwarmUnlockKey)\"").One<string>());
    }

    [Theory]
    [InlineData("Get-SwarmUnlockKey")]
    [InlineData("Reset-SwarmUnlockKey")]
    public async Task WithoutAutolock_ThereIsNone_AndNothingChanges(string script)
    {
        await using var daemon = await DaemonAsync(isLocking: false);
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run(script);
        Assert.Equal("UnlockKeyNotFound", outcome.ErrorId);
        Assert.Contains("Set-Swarm -Autolock", outcome.Error.ToString(), StringComparison.Ordinal);
        Assert.Empty(daemon.Changes);
    }
}
