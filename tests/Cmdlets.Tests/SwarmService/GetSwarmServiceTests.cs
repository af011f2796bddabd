using SwarmPS.Cmdlets.SwarmService;

namespace SwarmPS.Cmdlets.Tests.SwarmService;

public sealed class GetSwarmServiceTests
{
    [Theory]
    [InlineData("", "db,web")]
    [InlineData("web", "web")]
    [InlineData("web, db", "web,db")]
    [InlineData("-Id db2service", "db")]
    [InlineData("db2", "db")]
    [InlineData("w*", "web")]
    [InlineData("W?B", "web")]
    [InlineData("x*", "")]
    [InlineData("-Label team", "web")]
    [InlineData("-Label @{ team = 'a' }", "web")]
    [InlineData("-Label team=b", "")]
    public async Task Services_AreFoundByNameIdAndPattern(string arguments, string names)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web, Samples.Db);
        using var prompt = new Prompt(daemon);
        Assert.Equal(names, string.Join(',', prompt.Run($"Get-SwarmService {arguments}").Clean().Select(item => ((SwarmServiceInfo)item.BaseObject).Name)));
    }

    [Fact]
    public async Task NameThatIsNone_IsAnError_AndTheOthersAreShown()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web, Samples.Db);
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("'nope', 'web' | Get-SwarmService");
        Assert.Equal("ServiceNotFound", outcome.ErrorId);
        Assert.Equal("nope", outcome.Error.TargetObject);
        Assert.Single(outcome.Output);
    }

    [Fact]
    public async Task BeginningOfSeveralIds_IsAmbiguous()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web, Samples.Web with { Id = "web1other", Spec = Samples.Db.Spec });
        using var prompt = new Prompt(daemon);
        Assert.Equal("ServiceAmbiguous", prompt.Run("Get-SwarmService web1").ErrorId);
    }

    [Fact]
    public async Task Job_ShowsItsCompletions()
    {
        var job = Samples.Web with { Spec = Samples.Web.Spec with { Mode = new() { ReplicatedJob = new(1, 5) } }, JobStatus = new(new(2), Samples.Web.CreatedAt), ServiceStatus = new(0, 1, 3) };
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(job, Samples.Db with { Spec = Samples.Db.Spec with { Mode = new() { GlobalJob = new() } }, JobStatus = new(new(0), Samples.Web.CreatedAt), ServiceStatus = new(1, 2, 1) });
        using var prompt = new Prompt(daemon);
        var info = prompt.Run("Get-SwarmService web").One<SwarmServiceInfo>();
        Assert.Equal(("replicated-job", "0/1 (3/5 completed)", DateTime.UnixEpoch.AddDays(20000)), (info.Mode, info.DisplayReplicas, info.LastExecution!.Value.ToUniversalTime()));
        Assert.Equal("1/2 (1/3 completed)", prompt.Run("Get-SwarmService db").One<SwarmServiceInfo>().DisplayReplicas);
    }

    [Fact]
    public async Task Service_HasWhatScriptsNeed()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web);
        using var prompt = new Prompt(daemon);
        var web = prompt.Run("Get-SwarmService web").One<SwarmServiceInfo>();
        Assert.Equal(("web1service", "web", "replicated", 3ul, 2ul), (web.Id, web.Name, web.Mode, web.Replicas, web.Running));
        Assert.Equal("nginx:1@sha256:abc", web.Image);
        Assert.Equal("nginx:1", web.DisplayImage);
        Assert.Equal(["8080->80/tcp (host)"], web.Ports);
        Assert.Equal(DateTimeKind.Local, web.CreatedAt.Kind);
        Assert.Equal(DateTime.UnixEpoch.AddDays(20000), web.CreatedAt.ToUniversalTime());
        Assert.Equal("a", prompt.Run("(Get-SwarmService web).Labels.team").One<string>());
    }

    [Fact]
    public async Task Removing_AsksFirst_UnlessTold()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web, Samples.Db);
        var screen = new ScreenHost();
        using var prompt = new Prompt(daemon, screen);
        prompt.Run("Remove-SwarmService web").Clean();
        Assert.Contains("Remove the service", screen.Text);
        Assert.Empty(daemon.Changes);
        prompt.Run("Get-SwarmService | Remove-SwarmService -Confirm:$false").Clean();
        Assert.Equal(["DELETE /services/db", "DELETE /services/web"], daemon.Changes.Select(change => change.ToString()));
    }

    [Theory]
    [InlineData("Initialize-Swarm")]
    [InlineData("Set-Swarm -TaskHistoryLimit 3")]
    [InlineData("Exit-Swarm -Force")]
    [InlineData("Set-SwarmNode box -Availability Drain")]
    [InlineData("New-SwarmService a b -NoResolveImage")]
    [InlineData("Update-SwarmService web -Image x -NoResolveImage")]
    [InlineData("Resize-SwarmService web 2")]
    [InlineData("Restart-SwarmService web")]
    [InlineData("Remove-SwarmService web")]
    [InlineData("Start-SwarmDaemon -DataRoot /nowhere/swarmps -Socket /nowhere/s.sock -Path /bin/sh")]
    [InlineData("Stop-SwarmDaemon")]
    public async Task WhatIf_ChangesNothing(string script)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web);
        var screen = new ScreenHost();
        using var prompt = new Prompt(daemon, screen);
        Assert.Empty(prompt.Run($"{script} -WhatIf").Clean());
        Assert.StartsWith("What if:", screen.Text);
        Assert.Empty(daemon.Changes);
    }
}
