using System.Management.Automation;
using Microsoft.AspNetCore.Http;
using SwarmPS.Api;
using SwarmPS.Cmdlets.SwarmService;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Tests.SwarmService;

public sealed class ConvergenceTests
{
    private static readonly Convergence Halfway = new() { Desired = 4, Running = 1, Message = "starting" };

    [Theory]
    [InlineData("Wait-SwarmService web")]
    [InlineData("New-SwarmService web nginx | Out-Null")]
    [InlineData("Update-SwarmService web -Image nginx:2")]
    [InlineData("Resize-SwarmService web 4")]
    [InlineData("Restart-SwarmService web")]
    public async Task Waiting_ShowsProgress_AndEndsConverged(string script)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web).Converges(Halfway, new() { Desired = 4, Running = 4, State = "converged" });
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run(script);
        Assert.Empty(outcome.Clean());
        Assert.Equal(["1 of 4 tasks running", "4 of 4 tasks running"], outcome.Progress.SkipLast(1).Select(record => record.StatusDescription));
        Assert.Equal(25, outcome.Progress[0].PercentComplete);
        Assert.Equal("starting", outcome.Progress[0].CurrentOperation);
        Assert.Equal(ProgressRecordType.Completed, outcome.Progress[^1].RecordType);
    }

    [Theory]
    [InlineData("Update-SwarmService web -Image nginx:2 -NoWait")]
    [InlineData("Resize-SwarmService web 4 -Detach")]
    [InlineData("Restart-SwarmService web -NoWait")]
    public async Task NoWait_ReturnsAtOnce(string script)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web);
        using var prompt = new Prompt(daemon);
        Assert.Empty(prompt.Run(script).Progress);
        Assert.DoesNotContain(daemon.Requests, request => request.Path.EndsWith("/convergence", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Failure_ShowsTheTasksOwnErrors()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web).Converges(Halfway, new() { Desired = 4, Running = 1, State = "failed", Message = "gave up", Errors = ["No such image: nginx:2", "task: non-zero exit (3)"] });
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("Update-SwarmService web -Image nginx:2 -PassThru");
        Assert.Equal(("ServiceNotConverged", ErrorCategory.InvalidResult), (outcome.ErrorId, outcome.Error.CategoryInfo.Category));
        Assert.Equal("Service web failed: 1 of 4 tasks run: No such image: nginx:2; task: non-zero exit (3).", outcome.Error.Exception.Message);
        Assert.Equal("web", outcome.Error.TargetObject);
        Assert.IsType<SwarmServiceInfo>(Assert.Single(outcome.Output).BaseObject);
    }

    [Theory]
    [InlineData(UpdateState.Paused, "paused")]
    [InlineData(UpdateState.RollbackStarted, "rolling back")]
    [InlineData(UpdateState.RollbackPaused, "rollback paused")]
    [InlineData(UpdateState.RollbackCompleted, "rolled back")]
    public async Task UpdateThatDidNotGoThrough_HasFailed_ThoughTasksRun(UpdateState state, string word)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web with { UpdateStatus = new() { State = state, Message = "update paused due to failure of task abc" } });
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("Update-SwarmService web -Image nginx:2");
        Assert.Equal("ServiceUpdateFailed", outcome.ErrorId);
        Assert.Equal($"The update of service web failed ({word}): update paused due to failure of task abc", outcome.Error.Exception.Message);
    }

    [Fact]
    public async Task TimeUp_SaysHowFarItCame_AndThatTheSwarmGoesOn()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web).On("GET /swarmps/services/*/convergence", async (context, _) =>
        {
            await context.Response.WriteAsync(ApiJson.Write(Halfway with { Errors = ["no suitable node: 2 nodes lack 512 MiB"] }) + "\n");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { });
        });
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("Wait-SwarmService web -Timeout 300ms");
        Assert.Equal(("ConvergenceTimeout", ErrorCategory.OperationTimeout), (outcome.ErrorId, outcome.Error.CategoryInfo.Category));
        Assert.StartsWith("Service web had 1 of 4 tasks running after 300ms: no suitable node: 2 nodes lack 512 MiB.", outcome.Error.Exception.Message);
        Assert.Contains("Get-SwarmTask -Service web", outcome.Error.Exception.Message);
    }

    [Fact]
    public async Task WatchThatEndsEarly_IsTakenUpAgain()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        var watches = 0;
        daemon.Has(Samples.Web).On("GET /swarmps/services/*/convergence", (context, _) =>
            context.Response.WriteAsync(ApiJson.Write(Halfway with { State = ++watches < 3 ? "converging" : "converged" }) + "\n"));
        using var prompt = new Prompt(daemon);
        prompt.Run("Wait-SwarmService web").Clean();
        Assert.Equal(3, watches);
    }

    [Fact]
    public async Task EachOfSeveralServices_IsWaitedFor()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web, Samples.Db);
        using var prompt = new Prompt(daemon);
        Assert.Equal(["db", "web"], prompt.Run("Get-SwarmService | Wait-SwarmService -PassThru | ForEach-Object Name").Clean().Select(name => name.BaseObject));
    }
}
