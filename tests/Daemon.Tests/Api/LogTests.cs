using System.Text;
using SwarmPS.Api;
using SwarmPS.Daemon.Agent;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Api;

public sealed class LogTests
{
    private const string ServiceId = "service1aaaaaaaaaaaaaaaaa";

    [Fact]
    public async Task Lines_OfAllTasks_ComeInTheOrderOfTheirTimes()
    {
        var logs = new FakeTaskLogs();
        await using var api = await StartAsync(logs);
        Say(logs, "t1", "00:01 one", "00:03 three");
        Say(logs, "t2", "00:02 two", "!00:04 four");
        logs.Of("t1").Complete();
        logs.Of("t2").Complete();
        Assert.Equal(["one", "two", "three", "!four"], await ReadAsync(api, "/services/web/logs?stdout=1&stderr=1&tail=7&since=5"));
        Assert.All(logs.Asked, asked => Assert.Equal(("7", "5", false, true, true), (asked.Options.Tail, asked.Options.Since, asked.Options.Follow, asked.Options.Stdout, asked.Options.Stderr)));
        // A task that never had a container has nothing to say.
        Assert.Equal(["t1", "t2"], logs.Asked.Select(asked => asked.TaskId).Order());
    }

    [Fact]
    public async Task TimeAndAttributes_ComeBeforeTheText_WhereAsked()
    {
        var logs = new FakeTaskLogs();
        await using var api = await StartAsync(logs);
        Say(logs, "t1", "00:01 one");
        logs.Of("t1").Complete();
        Assert.Equal(
            [$"00:01 com.docker.swarm.node.id={FakeMembership.NodeId},com.docker.swarm.service.id={ServiceId},com.docker.swarm.task.id=t1 one"],
            await ReadAsync(api, "/tasks/t1/logs?stdout=1&timestamps=1&details=1"));
    }

    [Fact]
    public async Task TasksWithATerminal_SpeakWithoutFrames()
    {
        var logs = new FakeTaskLogs();
        await using var api = await StartAsync(logs, tty: true);
        Say(logs, "t1", "00:01 one");
        logs.Of("t1").Complete();
        using var answer = await api.Client.GetAsync("/tasks/t1/logs?stdout=1", api.Stop);
        Assert.Equal("application/vnd.docker.raw-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("one\n", await answer.Content.ReadAsStringAsync(api.Stop));
    }

    [Theory]
    [InlineData("/v1.41", false, "raw")]
    [InlineData("/v1.42", false, "multiplexed")]
    [InlineData("/v1.42", true, "raw")]
    [InlineData("", false, "multiplexed")]
    public async Task ContentType_IsThatOfTheClientsVersion(string version, bool tty, string type)
    {
        var logs = new FakeTaskLogs();
        await using var api = await StartAsync(logs, tty);
        foreach (var task in (string[])["t1", "t2"])
            logs.Of(task).Complete();
        // Whether a service has a terminal is in its spec; these tasks alone have one.
        foreach (var path in (string[])(tty ? ["/tasks/t1/logs"] : ["/tasks/t1/logs", "/services/web/logs"]))
        {
            using var answer = await api.Client.GetAsync($"{version}{path}?stdout=1", api.Stop);
            Assert.Equal($"application/vnd.docker.{type}-stream", answer.Content.Headers.ContentType!.MediaType);
        }
    }

    [Fact]
    public async Task NewTasks_JoinWhileFollowing_WithAllTheyHaveSaid()
    {
        var logs = new FakeTaskLogs();
        await using var api = await StartAsync(logs);
        Say(logs, "t1", "00:01 one");
        using var answer = await api.Client.GetAsync("/services/web/logs?stdout=1&stderr=1&follow=1&tail=1", HttpCompletionOption.ResponseHeadersRead, api.Stop);
        await using var frames = LogFrame.ReadAllAsync(await answer.Content.ReadAsStreamAsync(api.Stop), api.Stop).GetAsyncEnumerator(api.Stop);
        Assert.Equal("one\n", await NextAsync(frames));
        Say(logs, "t3", "00:05 new");
        await api.Membership.Store.UpdateAsync(tx => { tx.Put(Running("t3")); }, api.Stop);
        Assert.Equal("new\n", await NextAsync(frames));
        Assert.Equal("all", logs.Asked.Single(asked => asked.TaskId == "t3").Options.Tail);
        Say(logs, "t1", "00:06 more");
        Assert.Equal("more\n", await NextAsync(frames));
        // With the service gone and its tasks ended, so is the stream.
        await api.Membership.Store.UpdateAsync(tx => tx.Delete(tx.View.Services.Find(ServiceId)!), api.Stop);
        foreach (var task in new[] { "t1", "t2", "t3" })
            logs.Of(task).Complete();
        Assert.False(await frames.MoveNextAsync());
    }

    [Fact]
    public async Task TaskIsFollowed_UntilItEnds()
    {
        var logs = new FakeTaskLogs();
        await using var api = await StartAsync(logs);
        var read = ReadAsync(api, "/tasks/t1/logs?stdout=1&follow=1");
        Say(logs, "t1", "00:01 one");
        logs.Of("t1").Complete();
        Assert.Equal(["one"], await read);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TaskWhoseOutputIsMissing_SaysSo_AndTheOthersGoOn(bool follow)
    {
        var logs = new FakeTaskLogs();
        await using var api = await StartAsync(logs);
        logs.Of("t1").Complete(new SwarmException(SwarmErrorCode.Unavailable, "the node is away"));
        Say(logs, "t2", "00:02 two");
        logs.Of("t2").Complete();
        if (follow)
            await api.Membership.Store.UpdateAsync(tx => { foreach (var task in tx.View.Tasks.All.Where(task => task.Id == "t4")) tx.Delete(task); }, api.Stop);
        var path = "/services/web/logs?stdout=1&stderr=1" + (follow ? "&follow=1" : "");
        using var answer = await api.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, api.Stop);
        await using var frames = LogFrame.ReadAllAsync(await answer.Content.ReadAsStreamAsync(api.Stop), api.Stop).GetAsyncEnumerator(api.Stop);
        Assert.Equal(["swarmpsd: the node is away\n", "two\n"], new[] { await NextAsync(frames), await NextAsync(frames) }.Order());
    }

    [Theory]
    [InlineData("/services/web/logs", 400, "you must choose at least one stream")]
    [InlineData("/tasks/t1/logs?stdout=1&tail=x", 400, "invalid tail 'x'")]
    [InlineData("/services/none/logs?stdout=1", 404, "service none not found")]
    [InlineData("/tasks/none/logs?stdout=1", 404, "task none not found")]
    public async Task WrongRequest_IsRefused(string path, int status, string message)
    {
        await using var api = await StartAsync(new());
        Assert.Contains(message, await api.RefusedAsync(status, "GET", path));
    }

    private static async Task<ApiHarness> StartAsync(FakeTaskLogs logs, bool tty = false)
    {
        var api = await ApiHarness.StartAsync(logs: logs);
        await api.Membership.Store.UpdateAsync(
            tx =>
            {
                tx.Put(new Service { Id = ServiceId, Spec = new() { Name = "web" } });
                tx.Put(Running("t1", tty));
                tx.Put(Running("t2", tty));
                tx.Put(new SwarmTask { Id = "t4", ServiceId = ServiceId, Status = new() { State = TaskState.Pending } });
            },
            api.Stop);
        return api;
    }

    private static SwarmTask Running(string id, bool tty = false) => new()
    {
        Id = id,
        ServiceId = ServiceId,
        NodeId = FakeMembership.NodeId,
        Spec = new() { ContainerSpec = new() { Tty = tty } },
        Status = new() { State = TaskState.Running, ContainerStatus = new() { ContainerId = "c" + id } },
    };

    /// <summary>Lets a task write lines; one with ! before it to standard error.</summary>
    private static void Say(FakeTaskLogs logs, string task, params string[] lines)
    {
        foreach (var line in lines)
            Assert.True(logs.Of(task).TryWrite(new(task, line[0] == '!', Encoding.UTF8.GetBytes(line.TrimStart('!') + "\n"))));
    }

    private static async Task<List<string>> ReadAsync(ApiHarness api, string path)
    {
        using var answer = await api.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, api.Stop);
        Assert.Equal("application/vnd.docker.multiplexed-stream", answer.Content.Headers.ContentType!.MediaType);
        List<string> lines = [];
        await foreach (var frame in LogFrame.ReadAllAsync(await answer.Content.ReadAsStreamAsync(api.Stop), api.Stop))
            lines.Add((frame.Stderr ? "!" : "") + Encoding.UTF8.GetString(frame.Data).TrimEnd('\n'));
        return lines;
    }

    private static async Task<string> NextAsync(IAsyncEnumerator<LogFrame> frames)
    {
        Assert.True(await frames.MoveNextAsync());
        return Encoding.UTF8.GetString(frames.Current.Data);
    }
}
