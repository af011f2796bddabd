using System.Diagnostics;
using SwarmPS.Model;

namespace SwarmPS.EndToEnd;

/// <summary>
/// The main flow in a swarm whose nodes have engines of different versions: n1 and n3 as Docker 29, n2 as 20.10. Both kinds run the
/// same services; the manager that is asked has a current one.
/// </summary>
public sealed class MixedEngineTests(ITestOutputHelper report) : IAsyncLifetime
{
    private const uint Published = 8087;

    private LabFixture lab = null!;
    private DockerClient docker = null!;

    public async ValueTask InitializeAsync()
    {
        lab = await LabFixture.StartAsync(nodes: 3, currentEngines: ["n1", "n3"]);
        docker = new("unix://" + lab.Place("n1").Socket);
    }

    public async ValueTask DisposeAsync()
    {
        if (lab is not null)
            await lab.DisposeAsync();
    }

    [Fact]
    public async Task MainFlow_WorksOnAllNodes_AndAFieldThatAnEngineDoesNotKnow_IsNamedByItsNodesTask()
    {
        var clock = Stopwatch.StartNew();
        var manager = lab.Client("n1");
        var nodes = await manager.ListNodesAsync(new(), CancellationToken.None);
        Assert.Equal(["n1 29.0.0", "n2 20.10", "n3 29.0.0"], nodes
            .Select(node => $"{node.Description!.Hostname} {node.Description.Engine!.EngineVersion}").Order().Select(line => line.Contains("20.10") ? line[..8] : line));
        await manager.CreateServiceAsync(TaskReach.Service("where"), CancellationToken.None);
        await TaskReach.CheckAsync(lab, "n1", "where");
        Tell("tasks, logs and commands");
        await NetworkReach.CheckAsync(lab, "n1");
        Tell("networks by the cmdlets");
        await ServiceByDockerAsync();
        Tell("service by the docker client");
        await StreamsAsync();
        Tell("containers by the docker client");
        await UnknownFieldAsync(nodes.Single(node => node.Description!.Hostname == "n2").Id);
        Tell("field of a newer engine");

        void Tell(string part) => report.WriteLine($"{clock.Elapsed.TotalSeconds:0.0} s after {part}");
    }

    /// <summary>A service with a secret, a network and a published port, created, updated, read and removed; each node has a task of it.</summary>
    private async Task ServiceByDockerAsync()
    {
        await docker.RunAsync("network", "create", "-d", "overlay", "inner");
        Assert.Equal(0, (await docker.TryAsync("hidden", "secret", "create", "word", "-")).ExitCode);
        Assert.Contains("converged", await docker.RunAsync("service", "create", "--name", "web", "--replicas", "3", "--replicas-max-per-node", "1", "--network", "inner",
            "--secret", "word", "--publish", $"{Published}:8080", "--env", "WHO=world", "--stop-grace-period", "1s", "--health-cmd", "true", "--health-interval", "1s", LabFixture.Image,
            "sh", "-c", "mkdir -p /www; cat /run/secrets/word > /www/index.html; echo hello $WHO; exec httpd -f -p 8080 -h /www"));
        Assert.Contains("3/3", await docker.RunAsync("service", "ls"));
        Assert.Equal(3, Count("hello world", await docker.RunAsync("service", "logs", "--raw", "web")));
        await AnswersAsync();
        Assert.Contains("converged", await docker.RunAsync("service", "update", "--env-add", "WHO=moon", "--update-parallelism", "0", "--update-monitor", "500ms", "web"));
        Assert.Equal(3, Count("hello moon", await docker.RunAsync("service", "logs", "--raw", "web")));
        await AnswersAsync();
        var killed = (await docker.RunAsync("ps", "-q", "--filter", "label=com.docker.swarm.service.name=web")).Trim();
        await docker.RunAsync("kill", killed);
        await Eventually.TrueAsync(async () => (await docker.RunAsync("service", "ls")).Contains("3/3") && !(await docker.RunAsync("ps", "-q", "--no-trunc")).Contains(killed), () => "the killed container to be replaced");
        await docker.RunAsync("service", "rm", "web");
        await Eventually.TrueAsync(async () => (await docker.RunAsync("ps", "-aq", "--filter", "label=com.docker.swarm.service.name=web")).Trim().Length == 0, () => "the containers to go");
        await docker.RunAsync("secret", "rm", "word");
        await Eventually.TrueAsync(async () => (await docker.TryAsync(null, "network", "rm", "inner")).ExitCode == 0, () => "the network to be free");
    }

    private async Task AnswersAsync()
    {
        foreach (var node in lab.Names)
        {
            var answer = "";
            await Eventually.TrueAsync(async () => (answer = (await NetworkReach.VisitAsync(lab, node, Published, CancellationToken.None)).Trim()) == "hidden", () => $"port {Published} of {node}; the last answer was '{answer}'\n{lab.Logs()}");
        }
    }

    private async Task StreamsAsync()
    {
        Assert.Equal("through\n", (await docker.TryAsync("through\n", "run", "--rm", "-i", LabFixture.Image, "cat")).Output);
        await docker.RunAsync("run", "-d", "--name", "pipe", LabFixture.Image, "sleep", "3600");
        Assert.Equal("both ways\n", (await docker.TryAsync("both ways\n", "exec", "-i", "pipe", "cat")).Output);
        await docker.RunAsync("rm", "-f", "pipe");
        Assert.Contains("29.0.0", await docker.RunAsync("node", "inspect", "self", "--pretty"));
    }

    private async Task UnknownFieldAsync(string old)
    {
        await lab.Client("n1").CreateServiceAsync(Quick(), CancellationToken.None);
        List<SwarmTask> tasks = [];
        await Eventually.TrueAsync(async () =>
        {
            tasks = await lab.Client("n1").ListTasksAsync(new Api.ApiFilters().Add("service", "quick"), CancellationToken.None);
            return tasks.Count(task => task.Status.State == TaskState.Running && task.NodeId != old) == 2 && tasks.Exists(task => task.Status.State == TaskState.Rejected && task.NodeId == old);
        }, () => $"two nodes to run and one to refuse: {string.Join(", ", tasks.Select(task => $"{task.NodeId} {task.Status.State} {task.Status.Err}"))}\n{lab.Logs()}");
        Assert.All(tasks.Where(task => task.NodeId == old && task.Status.Err is not null), task => Assert.Contains("This node's engine (API 1.41) does not know Healthcheck.StartInterval (API 1.44, Docker 25.0)", task.Status.Err));
    }

    private static int Count(string line, string text) => text.Split('\n').Count(written => written.Trim() == line);

    private static ServiceSpec Quick() => new()
    {
        Name = "quick",
        Mode = new() { Global = new() },
        TaskTemplate = new()
        {
            RestartPolicy = new() { Condition = RestartCondition.None },
            ContainerSpec = new()
            {
                Image = LabFixture.Image,
                Command = ["sleep", "3600"],
                StopGracePeriod = TimeSpan.FromSeconds(1),
                Healthcheck = new() { Test = ["CMD", "true"], Interval = TimeSpan.FromSeconds(1), StartInterval = TimeSpan.FromMilliseconds(500) },
            },
        },
    };
}
