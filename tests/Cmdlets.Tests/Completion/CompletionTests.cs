using System.Management.Automation;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Tests.Completion;

public sealed class CompletionTests
{
    private static string Complete(Prompt prompt, string text)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = prompt.Runspace;
        return string.Join(',', CommandCompletion.CompleteInput(text, text.Length, null, shell).CompletionMatches.Select(match => match.CompletionText));
    }

    [Theory]
    [InlineData("Get-SwarmService ", "db,web")]
    [InlineData("Update-SwarmService -Name w", "web")]
    [InlineData("Get-SwarmTask -Service W", "web")]
    [InlineData("Set-SwarmNode b", "box")]
    [InlineData("Get-SwarmTask -Node ", "box")]
    [InlineData("Get-SwarmTask -Id ", "t1,t2")]
    [InlineData("Remove-SwarmService x", "")]
    [InlineData("Remove-SwarmSecret d", "db-password")]
    [InlineData("Remove-SwarmNetwork b", "back")]
    [InlineData("New-SwarmService web nginx -Secret ", "db-password")]
    [InlineData("Update-SwarmService web -RemoveConfig a", "app.conf")]
    public async Task Names_AreCompleted(string text, string expected)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web, Samples.Db).Json("GET /nodes", () => new[] { Samples.Box })
            .Json("GET /secrets", () => new[] { Samples.Password }).Json("GET /configs", () => new[] { Samples.Conf })
            .Json("GET /networks", () => new[] { Samples.Back })
            .Json("GET /tasks", () => new[] { Samples.Task("t2", 2, TaskState.Running, 1), Samples.Task("t1", 1, TaskState.Running, 1) });
        using var prompt = new Prompt(daemon);
        Assert.Equal(expected, Complete(prompt, text));
    }

    [Fact]
    public async Task KeysInARow_AskOnce()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web, Samples.Db);
        using var prompt = new Prompt(daemon);
        Complete(prompt, "Get-SwarmService ");
        Complete(prompt, "Get-SwarmService w");
        Assert.Single(daemon.Requests, request => request.Path == "/services");
    }

    [Fact]
    public async Task DaemonThatRefuses_GivesNoNamesAndNoError()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Refuse("GET /services", 503, "This node is not a swarm manager.");
        using var prompt = new Prompt(daemon);
        Assert.Equal("", Complete(prompt, "Get-SwarmService zzz"));
    }
}
