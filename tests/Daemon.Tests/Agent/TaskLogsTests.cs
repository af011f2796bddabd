using System.Text;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

public sealed class TaskLogsTests : IAsyncDisposable
{
    private static readonly TaskLogOptions Both = new() { Stdout = true, Stderr = true };

    private readonly AgentHarness agent = new();

    public ValueTask DisposeAsync() => agent.DisposeAsync();

    [Fact]
    public async Task Output_ComesInLines_OfBothStreams()
    {
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Running);
        Assert.Equal([(false, "one\n"), (true, "bad\n"), (false, "two\n"), (false, "end")], await ReadAsync("task1", Both));
    }

    [Fact]
    public async Task TaskWithoutContainer_HasNoOutput_AndFollowingWaitsForOne()
    {
        var pulling = new TaskCompletionSource();
        agent.Engine.Before = call => call.StartsWith("pull", StringComparison.Ordinal) ? pulling.Task : Task.CompletedTask;
        await agent.StartAsync(Samples.Task() with { DesiredState = TaskState.Ready });
        agent.Dispatcher.Send(complete: false, Samples.Task(id: "task2", slot: 4));
        await agent.ReachesAsync("task2", TaskState.Preparing);
        Assert.Empty(await ReadAsync("task2", Both));
        var following = ReadAsync("task2", Both with { Follow = true });
        Assert.False(following.IsCompleted);
        pulling.SetResult();
        Assert.Equal(4, (await following).Count);
    }

    [Fact]
    public async Task UnknownTask_IsRefused()
    {
        await agent.StartAsync();
        var refused = await Assert.ThrowsAsync<SwarmException>(() => ReadAsync("nope", Both));
        Assert.Equal(SwarmErrorCode.NotFound, refused.Code);
    }

    [Fact]
    public async Task LogDriverThatCannotBeRead_SaysSo()
    {
        await agent.StartAsync(Samples.Task());
        await agent.ReachesAsync("task1", TaskState.Running);
        agent.Engine.Before = call => call.StartsWith("logs", StringComparison.Ordinal)
            ? throw new EngineException(System.Net.HttpStatusCode.InternalServerError, "configured logging driver does not support reading")
            : Task.CompletedTask;
        var refused = await Assert.ThrowsAsync<SwarmException>(() => ReadAsync("task1", Both));
        Assert.Contains("does not support reading", refused.Message);
    }

    [Fact]
    public void LineWithoutEnd_IsCutAtTheLimit()
    {
        var lines = new LogLines(stderr: false);
        Assert.Empty(lines.Take(new byte[Limits.LogLineBytesMax - 1]));
        Assert.Equal(Limits.LogLineBytesMax, Assert.Single(lines.Take(new byte[1])).Data.Length);
        Assert.Null(lines.Rest());
    }

    private async Task<List<(bool, string)>> ReadAsync(string taskId, TaskLogOptions options)
    {
        List<(bool, string)> lines = [];
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await foreach (var line in new TaskLogs(agent.Agent, agent.Engine).ReadAsync(taskId, options, late.Token))
            lines.Add((line.Stderr, Encoding.UTF8.GetString(line.Data.Span)));
        return lines;
    }
}
