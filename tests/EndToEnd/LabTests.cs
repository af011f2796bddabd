using System.Diagnostics;
using System.Globalization;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Lab;
using SwarmPS.Model;

namespace SwarmPS.EndToEnd;

/// <summary>One manager and two workers, each with an engine and a network of its own.</summary>
public sealed class LabTests(ITestOutputHelper report) : IAsyncLifetime
{
    private const uint ShopPort = 8089;

    private LabFixture lab = null!;

    private SwarmClient Manager => lab.Client("n1");

    public async ValueTask InitializeAsync() => lab = await LabFixture.StartAsync(nodes: 3);

    public async ValueTask DisposeAsync()
    {
        if (lab is not null)
            await lab.DisposeAsync();
    }

    [Fact]
    public async Task Replicas_SpreadOverTheNodes_AndAreReachedThere()
    {
        await Manager.CreateServiceAsync(TaskReach.Service("where"), CancellationToken.None);
        await TaskReach.CheckAsync(lab, "n1", "where");
        await Manager.CreateServiceAsync(Sleeping("web", 6), CancellationToken.None);
        await RunningAsync("web", tasks => Spread(tasks) is [2, 2, 2]);
        await WholeNewSetAsync();
        await NetworkReach.CheckAsync(lab, "n1");
    }

    /// <summary>Blue/green by the cmdlets: the plan names nodes, and the old containers stop only once all of the new ones run.</summary>
    private async Task WholeNewSetAsync()
    {
        var told = await ShellScript.RunAsync($$"""
            Connect-Swarm -Socket '{{lab.Place("n1").Socket}}' | Out-Null
            $change = @{ AddEnv = 'SET=green'; Order = 'StartFirst'; Parallelism = 0; UpdateMonitor = '500ms' }
            Update-SwarmService web @change -WhatIf -InformationVariable plan 6> $null
            $plan.MessageData.Tasks | ForEach-Object { "planned $($_.Step) $($_.Action) $($_.Node) -> $($_.NewNode)" }
            "tasks $((Get-SwarmTask web).Count)"
            Update-SwarmService web @change -Timeout 2m
            "update $((Get-SwarmService web).UpdateState)"
            """);
        var planned = told.Where(line => line.StartsWith("planned ", StringComparison.Ordinal)).Select(line => line.Split(' ')).ToList();
        Assert.Equal([6, 6], [planned.Count, planned.Count(words => words[1..3] is ["1", "Replace"])]);
        foreach (var column in (int[])[3, 5])
            Assert.Equal(["n1", "n1", "n2", "n2", "n3", "n3"], planned.Select(words => words[column]).Order());
        // The plan made nothing.
        Assert.Contains("tasks 6", told);
        Assert.Contains("update Completed", told);
        List<(DateTimeOffset Started, DateTimeOffset Finished)> times = [];
        await Eventually.TrueAsync(async () => (times = await TimesAsync("web")).Count(time => time.Finished > time.Started) == 6, () => "the old set to stop\n" + lab.Logs());
        var old = times.Where(time => time.Finished > time.Started).ToList();
        var fresh = times.Except(old).ToList();
        Assert.Equal(6, fresh.Count);
        Assert.True(fresh.Max(time => time.Started) < old.Min(time => time.Finished), "an old container stopped before all of the new ones ran");
        await RunningAsync("web", tasks => Spread(tasks) is [2, 2, 2]);
    }

    [Fact]
    public async Task NodeCutOff_HasItsReplicasReplaced_AndStopsItsOwnWhenItReturns()
    {
        await Manager.CreateServiceAsync(Sleeping("web", 6), CancellationToken.None);
        await RunningAsync("web", tasks => tasks.Count == 6);
        await Manager.CreateServiceAsync(Shop(), CancellationToken.None);
        await RunningAsync("shop", tasks => tasks.Count == 3);
        var lost = await IdAsync("n3");
        var before = await ContainersAsync("n3");
        var clock = Stopwatch.StartNew();
        await lab.PartitionAsync("n3");
        await RunningAsync("web", tasks => tasks.Count(task => task.NodeId != lost) == 6, TimeSpan.FromSeconds(20));
        report.WriteLine($"replicas run elsewhere after {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.Equal(before, await ContainersAsync("n3"));
        await AllAnswersAsync(["n1", "n2"], ["n1", "n2"]);
        var broken = (await NetworkReach.FindingsAsync(lab, "n1")).Where(finding => finding.StartsWith("broken", StringComparison.Ordinal)).Select(finding => string.Join(' ', finding.Split(' ').Take(4))).Order(StringComparer.Ordinal);
        Assert.Equal(["broken  Node n3>", "broken ingress Path n1>n3", "broken ingress Path n2>n3"], broken);

        await lab.HealAsync("n3");
        await Eventually.TrueAsync(async () => (await Manager.GetNodeAsync("n3", CancellationToken.None)).Status.State == NodeState.Ready, () => "n3 to be ready again\n" + lab.Logs());
        // The global service's task was not replaced, and goes on.
        await Eventually.TrueAsync(async () => (await ContainersAsync("n3")).Length == 1, () => "the replaced containers of n3 to stop\n" + lab.Logs());
        await RunningAsync("web", tasks => tasks.Count == 6);
        await AllAnswersAsync(["n1", "n2", "n3"], ["n1", "n2", "n3"]);
    }

    /// <summary>Waits until each of these nodes leads to the tasks of just those ones, one connection after the other.</summary>
    private async Task AllAnswersAsync(string[] asked, string[] expected)
    {
        foreach (var node in asked)
        {
            List<string> answers = [];
            await Eventually.TrueAsync(
                async () =>
                {
                    answers = [];
                    for (var visit = 0; visit < 4 * expected.Length; visit++)
                        answers.Add((await NetworkReach.VisitAsync(lab, node, ShopPort, CancellationToken.None)).Trim());
                    return answers.Distinct().Order(StringComparer.Ordinal).SequenceEqual(expected);
                },
                () => $"answers of {string.Join(", ", expected)} by {node}; the last ones were {string.Join(", ", answers)}\n{lab.Logs()}");
        }
    }

    /// <summary>A web server on each node that tells which one it is on.</summary>
    private static ServiceSpec Shop() => new()
    {
        Name = "shop",
        Mode = new() { Global = new() },
        EndpointSpec = new() { Ports = [new() { TargetPort = 8080, PublishedPort = ShopPort }] },
        TaskTemplate = new()
        {
            ContainerSpec = new()
            {
                Image = LabFixture.Image,
                Env = ["NODE={{.Node.Hostname}}"],
                StopGracePeriod = TimeSpan.FromSeconds(1),
                Command = ["sh", "-c", "mkdir -p /www; echo $NODE > /www/index.html; exec httpd -f -p 8080 -h /www"],
            },
        },
    };

    [Fact]
    public async Task NodeWithoutPower_HasItsReplicasReplaced_AndJoinsInAgain()
    {
        await Manager.CreateServiceAsync(Sleeping("web", 3), CancellationToken.None);
        await RunningAsync("web", tasks => tasks.Count == 3);
        var lost = await IdAsync("n2");
        await lab.KillAsync("n2");
        Assert.Equal(LabNodeState.Stopped, LabNodes.StateOf(lab.Lab["n2"]));
        await RunningAsync("web", tasks => tasks.Count(task => task.NodeId != lost) == 3, TimeSpan.FromSeconds(20));
        await lab.StartAsync("n2");
        await Eventually.TrueAsync(async () => (await Manager.GetNodeAsync("n2", CancellationToken.None)).Status.State == NodeState.Ready, () => "n2 to be ready again\n" + lab.Logs());
        Assert.Equal(lost, await IdAsync("n2"));
    }

    [Fact]
    public async Task DrainedNode_HasItsTasksMoved_AndARemovedOneIsRefused_AndKeepsNone()
    {
        var docker = new DockerClient("unix://" + lab.Place("n1").Socket);
        await Manager.CreateServiceAsync(Sleeping("web", 3), CancellationToken.None);
        await RunningAsync("web", tasks => tasks.Count == 3);
        await docker.RunAsync("node", "update", "--availability", "drain", "n2");
        var drained = await IdAsync("n2");
        await RunningAsync("web", tasks => tasks.Count == 3 && tasks.All(task => task.NodeId != drained));
        await Eventually.TrueAsync(async () => (await ContainersAsync("n2")).Length == 0, () => "the drained node's containers to stop\n" + lab.Logs());

        Assert.NotEqual(0, (await docker.TryAsync(null, "node", "rm", "n2")).ExitCode);
        await docker.RunAsync("node", "rm", "--force", "n2");
        Assert.DoesNotContain("n2", await docker.RunAsync("node", "ls", "--format", "{{.Hostname}}"), StringComparison.Ordinal);
        // Its next session would bring it back; it is refused instead, however often it asks.
        await lab.KillAsync("n2", LabPart.Daemon);
        await lab.StartAsync("n2");
        await Manager.CreateServiceAsync(Sleeping("more", 2), CancellationToken.None);
        await RunningAsync("more", tasks => tasks.Count == 2 && tasks.All(task => task.NodeId != drained));
        Assert.Equal(2, (await Manager.ListNodesAsync(new(), CancellationToken.None)).Count);

        // What the removed one runs, runs elsewhere from then on.
        Assert.NotEmpty(await ContainersAsync("n3"));
        await docker.RunAsync("node", "rm", "--force", "n3");
        await Eventually.TrueAsync(async () => (await ContainersAsync("n3")).Length == 0, () => "the removed node's containers to go\n" + lab.Logs());
        await RunningAsync("more", tasks => tasks.Count == 2);
        var third = new DockerClient("unix://" + lab.Place("n3").Socket);
        Assert.Contains("it was removed", await third.RunAsync("info", "--format", "{{.Swarm.Error}}"), StringComparison.Ordinal);
        await third.RunAsync("swarm", "leave");
        Assert.Equal("inactive", (await third.RunAsync("info", "--format", "{{.Swarm.LocalNodeState}}")).Trim());
    }

    [Fact]
    public async Task DockerClient_LeavesRemovesAndJoinsAgain()
    {
        var first = new DockerClient("unix://" + lab.Place("n1").Socket);
        var third = new DockerClient("unix://" + lab.Place("n3").Socket);
        await third.RunAsync("swarm", "leave");
        await Eventually.TrueAsync(async () => (await Manager.GetNodeAsync("n3", CancellationToken.None)).Status.State == NodeState.Down, () => "n3 to be down\n" + lab.Logs());
        await first.RunAsync("node", "rm", "n3");
        var token = (await first.RunAsync("swarm", "join-token", "-q", "worker")).Trim();
        Assert.Contains("joined a swarm as a worker", await third.RunAsync("swarm", "join", "--token", token, "--advertise-addr", lab.Place("n3").Address, $"{lab.Place("n1").Address}:2377"), StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => (await Manager.GetNodeAsync("n3", CancellationToken.None)).Status.State == NodeState.Ready, () => "n3 to be ready\n" + lab.Logs());
    }

    private static ServiceSpec Sleeping(string name, ulong replicas) => new()
    {
        Name = name,
        Mode = new() { Replicated = new(replicas) },
        TaskTemplate = new() { ContainerSpec = new() { Image = LabFixture.Image, Command = ["sleep", "3600"], StopGracePeriod = TimeSpan.FromSeconds(1) } },
    };

    private static List<int> Spread(List<SwarmTask> tasks) => [.. tasks.GroupBy(task => task.NodeId).Select(node => node.Count())];

    private async Task<string> IdAsync(string node) => (await Manager.GetNodeAsync(node, CancellationToken.None)).Id;

    private async Task<string[]> ContainersAsync(string node) =>
        (await new DockerClient("unix://" + lab.Place(node).EngineSocket).RunAsync("ps", "-q")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>When each container of a service started and ended, by the engines.</summary>
    private async Task<List<(DateTimeOffset Started, DateTimeOffset Finished)>> TimesAsync(string service)
    {
        List<(DateTimeOffset, DateTimeOffset)> times = [];
        foreach (var node in lab.Names)
        {
            var docker = new DockerClient("unix://" + lab.Place(node).EngineSocket);
            var ids = (await docker.RunAsync("ps", "-aq", "--filter", $"label=com.docker.swarm.service.name={service}")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var told = ids.Length == 0 ? "" : await docker.RunAsync(["inspect", "--format", "{{.State.StartedAt}} {{.State.FinishedAt}}", .. ids]);
            times.AddRange(told.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
                .Select(words => (DateTimeOffset.Parse(words[0], CultureInfo.InvariantCulture), DateTimeOffset.Parse(words[1], CultureInfo.InvariantCulture))));
        }
        return times;
    }

    /// <summary>Waits until the tasks of a service that run, and are wanted to, are as expected.</summary>
    private Task RunningAsync(string service, Func<List<SwarmTask>, bool> expected, TimeSpan? deadline = null)
    {
        List<SwarmTask> all = [];
        return Eventually.TrueAsync(async () =>
        {
            all = await Manager.ListTasksAsync(new ApiFilters().Add("service", service), CancellationToken.None);
            return expected([.. all.Where(task => task.Status.State == TaskState.Running && task.DesiredState == TaskState.Running)]);
        }, () => $"the tasks of {service}: {string.Join(", ", all.Select(task => $"{task.Slot} {task.Status.State}/{task.DesiredState} on {task.NodeId} {task.Status.Message} {task.Status.Err}"))}\n{lab.Logs()}", deadline);
    }
}
