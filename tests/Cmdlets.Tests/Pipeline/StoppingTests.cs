namespace SwarmPS.Cmdlets.Tests.Pipeline;

public sealed class StoppingTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("Wait-SwarmService web", "GET /swarmps/services/*/convergence")]
    [InlineData("Receive-SwarmServiceLog web -Follow", "GET /services/*/logs")]
    [InlineData("Get-SwarmNode", "GET /nodes")]
    public async Task Stopping_EndsTheRequestAndTheCmdlet(string script, string hanging)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        daemon.Has(Samples.Web).On(hanging, async (context, _) =>
        {
            context.RequestAborted.Register(() => ended.TrySetResult());
            await context.Response.Body.FlushAsync();
            asked.TrySetResult();
            await ended.Task;
        });
        using var prompt = new Prompt(daemon);
        using var shell = prompt.Begin(script);
        var running = shell.BeginInvoke();
        await asked.Task.WaitAsync(Deadline);
        await Task.Factory.FromAsync(shell.BeginStop, shell.EndStop, null).WaitAsync(Deadline);
        await ended.Task.WaitAsync(Deadline);
        Assert.Equal(System.Management.Automation.PSInvocationState.Stopped, shell.InvocationStateInfo.State);
        Assert.Empty(shell.Streams.Error);
        Assert.True(running.IsCompleted);
    }

    [Fact]
    public async Task DownstreamThatHasEnough_EndsTheCmdletQuietly()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web, Samples.Db);
        using var prompt = new Prompt(daemon);
        // The first object throws a stop through the middle of the cmdlet's own work.
        var outcome = prompt.Run("foreach ($i in 1) { Get-SwarmService | ForEach-Object { $_.Name; break } }");
        Assert.Empty(outcome.Errors);
        Assert.Equal("db", Assert.Single(outcome.Output).BaseObject);
    }

    [Fact]
    public async Task CmdletsInOnePipeline_ShareTheThread()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web, Samples.Db);
        using var prompt = new Prompt(daemon);
        var names = prompt.Run("Get-SwarmService | Resize-SwarmService -Replicas 2 -NoWait -PassThru -ErrorAction SilentlyContinue | ForEach-Object Name").Output;
        Assert.Equal("web", Assert.Single(names).BaseObject);
    }
}
