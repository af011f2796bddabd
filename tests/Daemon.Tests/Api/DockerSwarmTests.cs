using System.Text;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Api;

/// <summary>The real docker client's swarm commands against our endpoints; tasks are put into the store by hand.</summary>
public sealed class DockerSwarmTests
{
    [Fact]
    public async Task SwarmAndNodeCommands_Work()
    {
        await using var engine = Engine();
        await using var api = await StartAsync(engine, swarm: false);
        Assert.Contains("is now a manager", await DockerClient.OkAsync(api, null, "swarm", "init", "--advertise-addr", "10.0.0.1", "--task-history-limit", "3"));
        Assert.Equal(3, api.Membership.Store.Current.Swarm!.Spec.Orchestration!.TaskHistoryRetentionLimit);
        Assert.Contains("SWMTKN-1-w", await DockerClient.OkAsync(api, null, "swarm", "join-token", "worker"));
        await DockerClient.OkAsync(api, null, "swarm", "update", "--task-history-limit", "9", "--dispatcher-heartbeat", "7s");
        Assert.Equal((9L, TimeSpan.FromSeconds(7)), (api.Membership.Store.Current.Swarm!.Spec.Orchestration!.TaskHistoryRetentionLimit, api.Membership.Store.Current.Swarm!.Spec.Dispatcher!.HeartbeatPeriod));
        var nodes = await DockerClient.OkAsync(api, null, "node", "ls");
        Assert.Contains("host1", nodes);
        Assert.Contains("Leader", nodes);
        await DockerClient.OkAsync(api, null, "node", "update", "--label-add", "disk=ssd", "--availability", "drain", "host1");
        Assert.Equal(NodeAvailability.Drain, api.Membership.Store.Current.Nodes.All.Single().Spec.Availability);
        Assert.Contains("disk=ssd", await DockerClient.OkAsync(api, null, "node", "inspect", "--pretty", "host1"));
        var info = await DockerClient.OkAsync(api, null, "info");
        Assert.Contains("Swarm: active", info);
        Assert.Contains("Is Manager: true", info);
        Assert.Contains("Heartbeat Period: 7 seconds", info);
        await DockerClient.OkAsync(api, null, "swarm", "leave", "--force");
        Assert.Contains("Swarm: inactive", await DockerClient.OkAsync(api, null, "info"));
    }

    [Fact]
    public async Task ServiceCommands_Work()
    {
        await using var engine = Engine();
        await using var api = await StartAsync(engine);
        await DockerClient.OkAsync(api, null, "service", "create", "-d", "--name", "web", "--replicas", "2", "--env", "A=1", "--constraint", "node.role == manager", "--label", "tier=front",
            "--limit-memory", "64m", "--mount", "type=bind,src=/tmp,dst=/x", "-p", "mode=host,published=8080,target=80", "--health-cmd", "true", "--restart-condition", "on-failure",
            "--update-order", "start-first", "--stop-grace-period", "3s", "--hostname", "h-{{.Task.Slot}}", "busybox:1", "sleep", "60");
        var service = api.Membership.Store.Current.ServiceNamed("web")!;
        Assert.Equal((2ul, 64L << 20, RestartCondition.OnFailure, UpdateOrder.StartFirst), (service.Spec.Mode!.Replicated!.Replicas!.Value, service.Spec.TaskTemplate.Resources!.Limits!.MemoryBytes, service.Spec.TaskTemplate.RestartPolicy!.Condition!.Value, service.Spec.UpdateConfig!.Order!.Value));
        await RunAsync(api, service);

        Assert.Contains("1/2", await DockerClient.OkAsync(api, null, "service", "ls"));
        Assert.Contains("web.1", await DockerClient.OkAsync(api, null, "service", "ps", "web"));
        Assert.Contains("web.1", await DockerClient.OkAsync(api, null, "node", "ps", "self"));
        var pretty = await DockerClient.OkAsync(api, null, "service", "inspect", "--pretty", "web");
        Assert.Contains("Replicas:\t2", pretty);
        Assert.Contains("start-first", pretty);
        await DockerClient.OkAsync(api, null, "service", "scale", "-d", "web=5");
        await DockerClient.OkAsync(api, null, "service", "update", "-d", "--image", "busybox:2", "--env-add", "B=2", "--constraint-rm", "node.role == manager", "web");
        var updated = api.Membership.Store.Current.ServiceNamed("web")!.Spec;
        Assert.Equal(5ul, updated.Mode!.Replicated!.Replicas);
        Assert.Equal(["A=1", "B=2"], updated.TaskTemplate.ContainerSpec!.Env!.Order());
        await DockerClient.OkAsync(api, null, "service", "rollback", "-d", "web");
        Assert.Equal("busybox:1", api.Membership.Store.Current.ServiceNamed("web")!.Spec.TaskTemplate.ContainerSpec!.Image!.Split('@')[0]);
        await DockerClient.OkAsync(api, null, "service", "rm", "web");
        Assert.Null(api.Membership.Store.Current.ServiceNamed("web"));
    }

    [Fact]
    public async Task ServiceLogs_NameTheirTasks()
    {
        var logs = new FakeTaskLogs();
        await using var engine = Engine();
        await using var api = await StartAsync(engine, logs: logs);
        await DockerClient.OkAsync(api, null, "service", "create", "-d", "--name", "web", "busybox:1");
        await RunAsync(api, api.Membership.Store.Current.ServiceNamed("web")!);
        logs.Of("task1").TryWrite(new("task1", false, Encoding.UTF8.GetBytes("2026-01-02T03:04:05.000000000Z hello\n")));
        logs.Of("task1").Complete();
        Assert.Equal("2026-01-02T03:04:05.000000000Z web.1.task1@host1    | hello\n", await DockerClient.OkAsync(api, null, "service", "logs", "--timestamps", "web"));
    }

    [Fact]
    public async Task Refusals_ReachTheUser()
    {
        await using var engine = Engine();
        await using var api = await StartAsync(engine);
        async Task<string> FailAsync(params string[] arguments)
        {
            var (code, output) = await DockerClient.RunAsync(api.Socket, null, api.Stop, arguments);
            Assert.NotEqual(0, code);
            return output;
        }
        Assert.Contains("can't be used with dnsrr mode", await FailAsync("service", "create", "-d", "-p", "80:80", "--endpoint-mode", "dnsrr", "busybox"));
        Assert.Contains("looks at 'node.label.x'", await FailAsync("service", "create", "-d", "--constraint", "node.label.x == y", "busybox"));
        await DockerClient.OkAsync(api, null, "service", "create", "-d", "--name", "web", "busybox");
        Assert.Contains("service web already exists", await FailAsync("service", "create", "-d", "--name", "web", "busybox"));
        // Clients differ in whether they put the refusal in words of their own.
        Assert.Matches("service none not found|No such service: none", await FailAsync("service", "rm", "none"));
    }

    private static FakeEngine Engine() => FakeEngine.Of((head, stream, _) =>
        head.StartsWith("GET /info", StringComparison.Ordinal)
            ? FakeEngine.JsonAsync(stream, 200, """{"ID":"E","OSType":"linux","Architecture":"x86_64"}""")
            : FakeEngine.JsonAsync(stream, 404, """{"message":"not here"}"""));

    private static async Task<ApiHarness> StartAsync(FakeEngine engine, bool swarm = true, FakeTaskLogs? logs = null)
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "docker")));
        Assert.SkipUnless(found && !OperatingSystem.IsWindows(), "the docker client is not installed here");
        return await ApiHarness.StartAsync(swarm, engine.Socket, logs);
    }

    /// <summary>Lets the first replica run.</summary>
    private static Task RunAsync(ApiHarness api, Service service) => api.Membership.Store.UpdateAsync(
        tx =>
        {
            tx.Put(new SwarmTask
            {
                Id = "task1",
                ServiceId = service.Id,
                ServiceName = "web",
                Slot = 1,
                NodeId = FakeMembership.NodeId,
                Spec = service.Spec.TaskTemplate,
                SpecVersion = service.SpecVersion,
                DesiredState = TaskState.Running,
                Status = new() { State = TaskState.Running, ContainerStatus = new() { ContainerId = "c" } },
            });
        },
        api.Stop);
}
