using SwarmPS.Model;

namespace SwarmPS.EndToEnd;

/// <summary>A swarm whose nodes have engines of different versions: n1 and n3 as Docker 29, n2 as 20.10.</summary>
public sealed class MixedEngineTests : IAsyncLifetime
{
    private LabFixture lab = null!;

    public async ValueTask InitializeAsync() => lab = await LabFixture.StartAsync(nodes: 3, currentEngines: ["n1", "n3"]);

    public async ValueTask DisposeAsync()
    {
        if (lab is not null)
            await lab.DisposeAsync();
    }

    [Fact]
    public async Task TasksAndNetworksWork_AndAFieldThatAnEngineDoesNotKnow_IsNamedByItsNodesTask()
    {
        var manager = lab.Client("n1");
        var nodes = await manager.ListNodesAsync(new(), CancellationToken.None);
        Assert.Equal(["n1 29.0.0", "n2 20.10", "n3 29.0.0"], nodes
            .Select(node => $"{node.Description!.Hostname} {node.Description.Engine!.EngineVersion}").Order().Select(line => line.Contains("20.10") ? line[..8] : line));
        await manager.CreateServiceAsync(TaskReach.Service("where"), CancellationToken.None);
        await TaskReach.CheckAsync(lab, "n1", "where");
        await NetworkReach.CheckAsync(lab, "n1");

        await manager.CreateServiceAsync(Quick(), CancellationToken.None);
        List<SwarmTask> tasks = [];
        var old = nodes.Single(node => node.Description!.Hostname == "n2").Id;
        await Eventually.TrueAsync(async () =>
        {
            tasks = await manager.ListTasksAsync(new Api.ApiFilters().Add("service", "quick"), CancellationToken.None);
            return tasks.Count(task => task.Status.State == TaskState.Running && task.NodeId != old) == 2 && tasks.Exists(task => task.Status.State == TaskState.Rejected && task.NodeId == old);
        }, () => $"two nodes to run and one to refuse: {string.Join(", ", tasks.Select(task => $"{task.NodeId} {task.Status.State} {task.Status.Err}"))}\n{lab.Logs()}");
        Assert.All(tasks.Where(task => task.NodeId == old && task.Status.Err is not null), task => Assert.Contains("This node's engine (API 1.41) does not know Healthcheck.StartInterval (API 1.44, Docker 25.0)", task.Status.Err));
    }

    private static ServiceSpec Quick() => new()
    {
        Name = "quick",
        Mode = new() { Global = new() },
        TaskTemplate = new()
        {
            RestartPolicy = new() { Condition = RestartCondition.None },
            ContainerSpec = new()
            {
                Image = LabFixture.Image, Command = ["sleep", "3600"], StopGracePeriod = TimeSpan.FromSeconds(1),
                Healthcheck = new() { Test = ["CMD", "true"], Interval = TimeSpan.FromSeconds(1), StartInterval = TimeSpan.FromMilliseconds(500) },
            },
        },
    };
}
