using SwarmPS.Cmdlets.SwarmTask;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Tests.SwarmTask;

public sealed class GetSwarmTaskTests
{
    private static async Task<FakeDaemon> DaemonAsync()
    {
        var daemon = await FakeDaemon.StartAsync();
        return daemon.Has(Samples.Web, Samples.Db).Json("GET /nodes", () => new[] { Samples.Box }).Json("GET /tasks", () => new[]
        {
            Samples.Task("t2", 2, TaskState.Pending, 10, "no suitable node: 1 node lacks 512 MiB"),
            Samples.Task("t1old", 1, TaskState.Failed, 1, "task: non-zero exit (137)"),
            Samples.Task("t1", 1, TaskState.Running, 20),
        }).Json("GET /tasks/t1old", () => Samples.Task("t1old", 1, TaskState.Failed, 1));
    }

    [Fact]
    public async Task Tasks_AreListedBySlot_TheNewestFirst()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        var tasks = prompt.Run("Get-SwarmTask -Service web").Clean().Select(item => (SwarmTaskInfo)item.BaseObject).ToList();
        Assert.Equal(["t1", "t1old", "t2"], tasks.Select(task => task.Id));
        Assert.Equal(["web.1", " \\_ web.1", "web.2"], tasks.Select(task => task.DisplayName));
        Assert.Equal([null, 137, null], tasks.Select(task => task.ExitCode));
        Assert.Equal(("web", "box", "nginx:1", "Running 5 hours ago"), (tasks[0].Service, tasks[0].Node, tasks[0].DisplayImage, tasks[0].Current));
        Assert.Equal("no suitable node: 1 node lacks 512 MiB", tasks[2].Error);
    }

    [Fact]
    public async Task TasksOfAJob_CountFromZero()
    {
        await using var daemon = await DaemonAsync();
        daemon.Has(Samples.Web with { Spec = Samples.Web.Spec with { Mode = new() { ReplicatedJob = new(1, 2) } } });
        daemon.Json("GET /tasks", () => new[] { Samples.Task("b", 0, TaskState.Complete, 9) with { NodeId = "n2" }, Samples.Task("a", 0, TaskState.Failed, 1), Samples.Task("c", 1, TaskState.Running, 20) });
        using var prompt = new Prompt(daemon);
        Assert.Equal(["web.0", " \\_ web.0", "web.1"], prompt.Run("Get-SwarmTask web").Clean().Select(item => ((SwarmTaskInfo)item.BaseObject).DisplayName));
    }

    [Theory]
    [InlineData("web", """{"service":{"web1service":true}}""")]
    [InlineData("-Service web, db", """{"service":{"db2service":true,"web1service":true}}""")]
    [InlineData("-Service w*", """{"service":{"web1service":true}}""")]
    [InlineData("-Node box -DesiredState Running, Shutdown", """{"desired-state":{"running":true,"shutdown":true},"node":{"n1":true}}""")]
    public async Task Filters_GoToTheDaemon(string arguments, string filters)
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        prompt.Run($"Get-SwarmTask {arguments}").Clean();
        Assert.Equal(filters, daemon.Requests.Last(request => request.Path == "/tasks").Query["filters"]);
    }

    [Theory]
    [InlineData("Get-SwarmService web | Get-SwarmTask", "service", "web1service")]
    [InlineData("Get-SwarmNode | Get-SwarmTask", "node", "n1")]
    public async Task ServicesAndNodes_CanBePipedIn(string script, string filter, string id)
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        Assert.Equal(3, prompt.Run(script).Clean().Count);
        Assert.Equal($"{{\"{filter}\":{{\"{id}\":true}}}}", daemon.Requests.Last(request => request.Path == "/tasks").Query["filters"]);
    }

    [Fact]
    public async Task PatternThatFitsNothing_GivesNothing_AndANameThatIsNoneIsAnError()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        Assert.Empty(prompt.Run("Get-SwarmTask -Service x*").Clean());
        Assert.DoesNotContain(daemon.Requests, request => request.Path == "/tasks");
        Assert.Equal("ServiceNotFound", prompt.Run("Get-SwarmTask -Service x").ErrorId);
        Assert.Equal("NodeNotFound", prompt.Run("Get-SwarmTask -Node x").ErrorId);
    }

    [Theory]
    [InlineData("web.1", "t1 t1old")]
    [InlineData("web.1.t1old", "t1old")]
    [InlineData("web.2, web.1.t1o", "t1old t2")]
    [InlineData("web.2, web", "t1 t1old t2")]
    [InlineData("web.7", "")]
    public async Task Task_IsFoundByItsName(string names, string ids)
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        Assert.Equal(ids, string.Join(' ', prompt.Run($"Get-SwarmTask {names}").Clean().Select(item => ((SwarmTaskInfo)item.BaseObject).Id)));
    }

    [Fact]
    public async Task Task_IsFoundById()
    {
        await using var daemon = await DaemonAsync();
        daemon.Refuse("GET /tasks/nope", 404, "task nope not found");
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("Get-SwarmTask -Id nope, t1old");
        Assert.Equal("TaskNotFound", outcome.ErrorId);
        Assert.Equal("t1old", ((SwarmTaskInfo)Assert.Single(outcome.Output).BaseObject).Id);
    }
}
