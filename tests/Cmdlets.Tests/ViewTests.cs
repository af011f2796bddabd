using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Tests;

public sealed class ViewTests
{
    private static async Task<string[]> ShownAsync(string script)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web, Samples.Db).Json("GET /nodes", () => new[] { Samples.Box })
            .Json("GET /secrets", () => new[] { Samples.Password }).Json("GET /configs", () => new[] { Samples.Conf }).Json("GET /networks", () => new[] { Samples.Back })
            .Lines("GET /swarmps/networks/check", new NetworkCheckAnswer { Hostname = "box", Nodes = 1, Findings = [new() { Network = "back", Ok = true, Check = NetworkCheck.Kernel, Message = "as wanted" }] }).Json("GET /tasks", () => new[]
        {
            Samples.Task("t1", 1, TaskState.Running, 9), Samples.Task("t0", 1, TaskState.Failed, 1, "task: non-zero exit (137)"),
        });
        var screen = new ScreenHost();
        using var prompt = new Prompt(daemon, screen);
        prompt.Run($"{script} | Out-Default").Clean();
        return [.. screen.Text.Split('\n').Select(line => System.Text.RegularExpressions.Regex.Replace(line, "\u001b\\[[0-9;]*m", "").TrimEnd()).Where(line => line.Length > 0)];
    }

    /// <summary>Columns, whatever their widths.</summary>
    private static string Columns(string line) => System.Text.RegularExpressions.Regex.Replace(line.Trim(), " {1,}", " ");

    [Fact]
    public async Task Services_LookLikeDockersTable()
    {
        var lines = await ShownAsync("Get-SwarmService");
        Assert.Equal("ID NAME MODE REPLICAS IMAGE PORTS", Columns(lines[0]));
        Assert.Equal("db2service db global 0/0 pg", Columns(lines[2]));
        Assert.Equal("web1service web replicated 2/3 nginx:1 8080->80/tcp (host)", Columns(lines[3]));
    }

    [Fact]
    public async Task Tasks_LookLikeDockersTable()
    {
        var lines = await ShownAsync("Get-SwarmTask");
        Assert.Equal("ID NAME IMAGE NODE DESIRED CURRENT ERROR", Columns(lines[0]));
        Assert.Equal("t1 web.1 nginx:1 box Running Running 5 hours ago", Columns(lines[2]));
        Assert.Equal("t0 \\_ web.1 nginx:1 box Shutdown Failed 5 hours ago task: non-zero exit (137)", Columns(lines[3]));
    }

    [Fact]
    public async Task LongIds_AreShownByTheirBeginning_WhichNamesThemTo()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web with { Id = "582gl9cph41fd3cblz7qjm7uq" })
            .Json("GET /nodes", () => new[] { Samples.Box with { Id = "t2qkfs80t5gbqtu1mlj5b9vsp" } });
        var screen = new ScreenHost();
        using var prompt = new Prompt(daemon, screen);
        prompt.Run("Get-SwarmService | Out-Default; Get-SwarmNode | Out-Default").Clean();
        Assert.Contains("582gl9cph41f web", screen.Text);
        Assert.DoesNotContain("582gl9cph41fd", screen.Text);
        Assert.Matches("t2qkfs80t5gb +box", screen.Text);
    }

    [Fact]
    public async Task Nodes_LookLikeDockersTable()
    {
        var lines = await ShownAsync("Get-SwarmNode");
        Assert.Equal("ID HOSTNAME STATUS AVAILABILITY MANAGER ENGINE", Columns(lines[0]));
        Assert.Equal("n1 * box Ready Active Leader 20.10.24", Columns(lines[2]));
    }

    [Fact]
    public async Task SecretsAndConfigs_LookLikeDockersTables()
    {
        var secrets = await ShownAsync("Get-SwarmSecret");
        Assert.Equal(("ID NAME DRIVER CREATED UPDATED", "sec1 db-password 5 hours ago 3 hours ago"), (Columns(secrets[0]), Columns(secrets[2])));
        var configs = await ShownAsync("Get-SwarmConfig");
        Assert.StartsWith("ID NAME CREATED UPDATED", Columns(configs[0]), StringComparison.Ordinal);
        Assert.StartsWith("conf1 app.conf", Columns(configs[2]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Networks_LookLikeDockersTable_WithTheirSubnets()
    {
        var lines = await ShownAsync("Get-SwarmNetwork");
        Assert.Equal(("ID NAME DRIVER SCOPE SUBNET SERVICES", "net1 back overlay swarm 10.0.1.0/24"), (Columns(lines[0]), Columns(lines[2])));
    }

    [Fact]
    public async Task FindingsOfNetworks_AreATable()
    {
        var lines = await ShownAsync("Test-SwarmNetwork");
        Assert.Equal(("NETWORK CHECK NODE TARGET OK FOUND", "back Kernel box True as wanted"), (Columns(lines[0]), Columns(lines[2])));
    }

    [Fact]
    public async Task Swarm_IsAList() => Assert.Contains("LocalNodeState : active", (await ShownAsync("Get-Swarm")).Select(Columns));

    [Fact]
    public async Task AfterAnotherType_AListHasAllButTheSpec()
    {
        var lines = await ShownAsync("& { Get-SwarmNode; Get-SwarmService web; Get-SwarmSecret; Get-SwarmConfig }");
        Assert.Contains("Name : web", lines.Select(Columns));
        Assert.Contains("Name : db-password", lines.Select(Columns));
        Assert.DoesNotContain(lines, line => line.Contains("Spec", StringComparison.Ordinal) || line.StartsWith("Display", StringComparison.Ordinal));
    }
}
