using SwarmPS.Api;
using SwarmPS.Cmdlets.SwarmJoinToken;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Tests.SwarmJoinToken;

public sealed class SwarmJoinTokenTests
{
    private static async Task<FakeDaemon> DaemonAsync(SwarmInfo? info = null)
    {
        var tokens = new JoinTokens("w1", "m1");
        var daemon = await FakeDaemon.StartAsync();
        if (info is not null)
            daemon.Json("GET /info", () => new InfoAnswer { Swarm = info });
        return daemon.Json("GET /swarm", () => new SwarmObject { Version = new(7), Spec = new() { Name = "default" }, JoinTokens = tokens })
            .Json("POST /swarm/update", request =>
            {
                tokens = new(request.Query.ContainsKey("rotateWorkerToken") ? "w2" : tokens.Worker, request.Query.ContainsKey("rotateManagerToken") ? "m2" : tokens.Manager);
                return null;
            });
    }

    [Theory]
    [InlineData("", "Worker=w1,Manager=m1")]
    [InlineData("Worker", "Worker=w1")]
    [InlineData("manager", "Manager=m1")]
    public async Task Tokens_AreShownByRole(string role, string shown)
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        var tokens = prompt.Run($"Get-SwarmJoinToken {role}").Clean().Select(item => (SwarmJoinTokenInfo)item.BaseObject);
        Assert.Equal(shown, string.Join(',', tokens.Select(token => $"{token.Role}={token.Token}")));
    }

    [Fact]
    public async Task Addresses_AreThoseOfTheManagers_ElseTheNodesOwn()
    {
        await using var many = await DaemonAsync(new() { NodeAddr = "10.0.0.1", RemoteManagers = [new("a", "10.0.0.1:2377"), new("b", "10.0.0.2:2377")] });
        await using var one = await DaemonAsync(new() { NodeAddr = "10.0.0.1" });
        await using var six = await DaemonAsync(new() { NodeAddr = "fd00::1" });
        using var prompt = new Prompt();
        string[] Ask(FakeDaemon daemon) => prompt.Run($"$null = Connect-Swarm {daemon.Socket}; Get-SwarmJoinToken Worker").One<SwarmJoinTokenInfo>().RemoteAddress;
        Assert.Equal(["10.0.0.1:2377", "10.0.0.2:2377"], Ask(many));
        Assert.Equal(["10.0.0.1:2377"], Ask(one));
        Assert.Equal(["[fd00::1]:2377"], Ask(six));
    }

    [Theory]
    [InlineData("Worker", "w2", "m1")]
    [InlineData("Manager", "w1", "m2")]
    [InlineData("Worker, Manager", "w2", "m2")]
    public async Task Reset_RotatesJustTheTokenNamed_AndGivesIt(string role, string worker, string manager)
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        var given = prompt.Run($"Reset-SwarmJoinToken {role}").Clean().Select(item => ((SwarmJoinTokenInfo)item.BaseObject).Token);
        Assert.All(given, token => Assert.EndsWith("2", token, StringComparison.Ordinal));
        var change = Assert.Single(daemon.Changes);
        Assert.Equal("7", change.Query["version"]);
        Assert.Equal("default", change.As<SwarmSpec>().Name);
        Assert.Equal([worker, manager], prompt.Run("Get-SwarmJoinToken").Clean().Select(item => ((SwarmJoinTokenInfo)item.BaseObject).Token));
    }

    [Fact]
    public async Task Token_IsInNoText()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        Assert.Equal("Join token of a worker", prompt.Run("\"$(Get-SwarmJoinToken Worker)\"").One<string>());
    }

    [Fact]
    public async Task Worker_HasNone()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Refuse("GET /swarm", 503, "This node is not a swarm manager.");
        using var prompt = new Prompt(daemon);
        Assert.Equal("SwarmUnavailable", prompt.Run("Get-SwarmJoinToken").ErrorId);
        daemon.Json("GET /swarm", () => new SwarmObject());
        Assert.Equal("JoinTokenNotFound", prompt.Run("Get-SwarmJoinToken").ErrorId);
    }
}
