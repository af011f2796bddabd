using SwarmPS.Daemon.Dispatch;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>A container on a real engine reads its secrets and configs as the spec says.</summary>
[Collection(EngineCollection.Name)]
public sealed class TaskFilesRealEngineTests : IAsyncDisposable
{
    private readonly RealAgent agent;

    public TaskFilesRealEngineTests(EngineFixture engine)
    {
        engine.SkipUnlessUsable();
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting a file system in memory needs root");
        agent = new(engine);
    }

    public ValueTask DisposeAsync() => agent.DisposeAsync();

    [Fact]
    public async Task Files_HaveOwnerAndMode_CannotBeWritten_AndConfigsMayBePrograms()
    {
        var config = Samples.Config with { Data = new("#!/bin/sh\necho program ran\n"u8.ToArray()) };
        await StartAsync(
            "ls -ln /run/secrets/key /etc/app/run.sh; cat /run/secrets/key; echo; /etc/app/run.sh; (echo x > /run/secrets/key) 2>&1; /bin/busybox mount | /bin/busybox grep -c 'tmpfs on /run/secrets/key'",
            config);
        await agent.ReachesAsync(TaskState.Complete);
        var lines = (await agent.LogsAsync()).Split('\n');
        Assert.Matches(@"^-rwxr-xr-x +1 0 +0 .* /etc/app/run\.sh$", lines[0]);
        Assert.Matches(@"^-r--r----- +1 1234 +2345 +14 .* /run/secrets/key$", lines[1]);
        Assert.Equal(["s3cret-payload", "program ran"], lines[2..4]);
        Assert.Contains("Read-only file system", lines[4]);
        Assert.Equal("1", lines[5]);
    }

    [Fact]
    public async Task Secret_StaysReadable_WhileTheAgentRestarts()
    {
        var task = await StartAsync("sleep 1000", Samples.Config);
        await agent.ReachesAsync(TaskState.Running);
        await agent.StopAsync();
        await agent.StartAsync(task);
        await agent.ExecAsync("test", "-s", "/run/secrets/key");
    }

    private async Task<SwarmTask> StartAsync(string line, AssignedPayload config)
    {
        var task = agent.Of(Samples.WithFiles(new() { Command = ["sh", "-c", line] }));
        await agent.StartAsync();
        agent.Dispatcher.Send(new Assignments(false, [task], []) { Payloads = [Samples.Secret, config] });
        return task;
    }
}
