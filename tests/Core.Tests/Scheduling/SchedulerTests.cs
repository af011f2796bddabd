using SwarmPS.Model;
using SwarmPS.Scheduling;
using SwarmPS.Store;

namespace SwarmPS.Core.Tests.Scheduling;

public sealed class SchedulerTests
{
    private readonly Cluster cluster = new();

    [Fact]
    public void WaitingTask_GetsANode_AndSaysSo()
    {
        cluster.Nodes(1).Tasks(1).Plan();
        Assert.Equal(
            ("n001", TaskState.Assigned, "scheduler assigned task to node"),
            (cluster.Only.NodeId, cluster.Only.Status.State, cluster.Only.Status.Message));
    }

    [Fact]
    public void TasksOfAService_AreSpreadEvenly()
    {
        cluster.Nodes(4).Tasks(10).Plan();
        Assert.Equal([2, 2, 3, 3], cluster.Loads().Order().ToArray());
        cluster.Tasks(2).Plan();
        Assert.Equal([3, 3, 3, 3], cluster.Loads());
    }

    [Fact]
    public void EvennessOfTheService_GoesBeforeEvennessOfTheNodes()
    {
        cluster.Nodes(1).Tasks(9, "db").Plan().Nodes(2).Tasks(3).Plan();
        Assert.Equal([1, 1, 1], cluster.Loads("web"));
        cluster.Tasks(2).Plan();
        Assert.Equal([1, 2, 2], cluster.Loads("web"));
    }

    [Fact]
    public void NodesWithFewestTasks_GetThoseOfANewServiceFirst()
    {
        cluster.Nodes(3).Tasks(2, "db").Plan();
        var idle = Array.IndexOf(cluster.Loads(), 0);
        cluster.Tasks(1).Plan();
        Assert.Equal(1, cluster.Loads("web")[idle]);
    }

    [Fact]
    public void TasksWithoutService_AreEachPlacedForThemselves()
    {
        cluster.Nodes(3).Tasks(7, "").Plan();
        Assert.Equal([2, 2, 3], cluster.Loads().Order().ToArray());
    }

    [Fact]
    public void TasksThatAreNotWaiting_AreLeftAlone()
    {
        cluster.Nodes(1);
        cluster.Tasks(1, with: task => task with { Status = new() { State = TaskState.New } });
        cluster.Tasks(1, with: task => task with { DesiredState = TaskState.Shutdown });
        cluster.Tasks(1, with: task => task with { Status = new() { State = TaskState.Failed } });
        Assert.Empty(cluster.Plan().LastPlan.Changes);
    }

    [Fact]
    public void NoNodes_IsSaid()
    {
        cluster.Tasks(1).Plan();
        Assert.Equal("no suitable node (there are no nodes)", cluster.Only.Status.Err);
        Assert.Equal(TaskState.Pending, cluster.Only.Status.State);
    }

    [Fact]
    public void WaitingTask_SaysWhy_WithCounts()
    {
        cluster.Nodes(2, node => node with { Description = node.Description! with { Resources = new() { MemoryBytes = 256 << 20 } } });
        cluster.Nodes(1, node => node with { Spec = new() { Availability = NodeAvailability.Drain } });
        cluster.Nodes(3, node => node with { Spec = new() { Availability = NodeAvailability.Pause } });
        cluster.Nodes(1, node => node with { Status = new() { State = NodeState.Down } });
        cluster.Tasks(1, spec: new() { Resources = new() { Reservations = new() { MemoryBytes = 512 << 20 } } }).Plan();
        Assert.Equal("no suitable node (3 nodes are paused; 2 nodes lack 512MiB of memory; 1 node is down; 1 node is drained)", cluster.Only.Status.Err);
        Assert.Equal("pending task scheduling", cluster.Only.Status.Message);
    }

    [Fact]
    public void Explanation_IsWrittenOnce_AndAnewOnlyAfterAWhile()
    {
        cluster.Tasks(1).Plan();
        Assert.Empty(cluster.Plan().LastPlan.Changes);
        cluster.Nodes(1, node => node with { Spec = new() { Availability = NodeAvailability.Drain } }).Plan();
        Assert.Empty(cluster.LastPlan.Changes);
        cluster.Now = cluster.LastPlan.WakeAt!.Value;
        cluster.Plan();
        Assert.Equal("no suitable node (1 node is drained)", cluster.Only.Status.Err);
        Assert.Null(cluster.LastPlan.WakeAt);
    }

    [Fact]
    public void NewNode_TakesWaitingTasks_AndTheReasonGoes()
    {
        cluster.Tasks(2).Plan().Nodes(1).Plan();
        Assert.All(cluster.Of("web"), task => Assert.Equal(("n001", null), (task.NodeId, task.Status.Err)));
    }

    [Fact]
    public void WaitingTaskThatIsGone_GetsNoNode()
    {
        cluster.Tasks(2).Plan();
        cluster.Delete(cluster.Of("web").First());
        cluster.Nodes(1).Plan();
        Assert.Equal("n001", cluster.Only.NodeId);
        Assert.Equal([1], cluster.Loads());
    }

    [Fact]
    public void Reservation_IsHeldUntilTheTaskHasReallyStopped()
    {
        var spec = new TaskSpec { Resources = new() { Reservations = new() { MemoryBytes = 3L << 30 } } };
        cluster.Nodes(1).Tasks(1, "a", spec).Plan().Tasks(1, "b", spec).Plan();
        var first = cluster.Of("a").Single();
        cluster.Put(first with { DesiredState = TaskState.Shutdown });
        Assert.Equal("", cluster.Plan().Of("b").Single().NodeId);
        cluster.Report(cluster.Of("a").Single(), TaskState.Shutdown).Plan();
        Assert.Equal("n001", cluster.Of("b").Single().NodeId);
    }

    [Fact]
    public void ReservationOfADeletedTask_IsFree()
    {
        var spec = new TaskSpec { Resources = new() { Reservations = new() { NanoCPUs = 4_000_000_000 } } };
        cluster.Nodes(1).Tasks(1, "a", spec).Plan().Tasks(1, "b", spec).Plan();
        Assert.Equal("no suitable node (1 node lacks 4 CPUs)", cluster.Of("b").Single().Status.Err);
        cluster.Delete(cluster.Of("a").Single());
        Assert.Equal("n001", cluster.Plan().Of("b").Single().NodeId);
    }

    [Fact]
    public void Resources_FillNodesUpToTheirBrim()
    {
        cluster.Nodes(3).Tasks(13, spec: new() { Resources = new() { Reservations = new() { NanoCPUs = 1_000_000_000 } } }).Plan();
        Assert.Equal([4, 4, 4], cluster.Loads());
        Assert.Single(cluster.Of("web"), task => task.Status.Err == "no suitable node (3 nodes lack 1 CPU)");
    }

    [Fact]
    public void GenericResources_AreGivenByNameOrNumber()
    {
        cluster.Nodes(1, node => node with
        {
            Description = node.Description! with
            {
                Resources = new()
                {
                    GenericResources =
                    [
                        new() { NamedResourceSpec = new("gpu", "g1") }, new() { NamedResourceSpec = new("gpu", "g2") }, new() { DiscreteResourceSpec = new("ssd", 3) },
                    ],
                },
            },
        });
        var spec = new TaskSpec
        {
            Resources = new() { Reservations = new() { GenericResources = [new() { DiscreteResourceSpec = new("gpu", 1) }, new() { DiscreteResourceSpec = new("ssd", 1) }] } },
        };
        cluster.Tasks(3, spec: spec).Plan();
        var placed = cluster.Of("web").Where(task => task.NodeId != "").ToList();
        Assert.Equal(["g1", "g2"], placed.Select(task => task.AssignedGenericResources![0].NamedResourceSpec!.Value).Order());
        Assert.All(placed, task => Assert.Equal(new("ssd", 1), task.AssignedGenericResources![1].DiscreteResourceSpec));
        Assert.Contains(cluster.Of("web"), task => task.Status.Err == "no suitable node (1 node lacks 1 gpu)");
        cluster.Report(placed[0], TaskState.Failed).Plan();
        Assert.Equal(placed[0].AssignedGenericResources![0], cluster.Of("web").Single(task => task.Id != placed[0].Id && task.Id != placed[1].Id).AssignedGenericResources![0]);
    }

    [Fact]
    public void Constraints_AreMet_OrNamed()
    {
        cluster.Nodes(2).Nodes(1, node => node with { Spec = new() { Labels = new([new("disk", "ssd")]) } });
        cluster.Tasks(2, spec: new() { Placement = new() { Constraints = ["node.labels.disk == ssd"] } }).Plan();
        Assert.Equal([0, 0, 2], cluster.Loads());
        cluster.Tasks(1, "x", new() { Placement = new() { Constraints = ["node.labels.disk == hdd"] } }).Plan();
        Assert.Equal("no suitable node (3 nodes do not meet the constraint node.labels.disk == hdd)", cluster.Of("x").Single().Status.Err);
    }

    [Fact]
    public void Platform_MustFit_WhereItIsKnown()
    {
        cluster.Nodes(1).Nodes(1, node => node with { Description = node.Description! with { Platform = new() { OS = "linux", Architecture = "aarch64" } } });
        cluster.Tasks(2, spec: new() { Placement = new() { Platforms = [new() { OS = "linux", Architecture = "arm64" }] } }).Plan();
        Assert.Equal([0, 2], cluster.Loads());
        cluster.Tasks(1, "x", new() { Placement = new() { Platforms = [new() { OS = "windows", Architecture = "amd64" }] } }).Plan();
        Assert.Equal("no suitable node (2 nodes have another platform than the image (windows/amd64))", cluster.Of("x").Single().Status.Err);
    }

    [Fact]
    public void TasksWithoutService_ThatNeedTheSame_AreLookedAtTogether_OthersApart()
    {
        var small = new TaskSpec { Resources = new() { Reservations = new() { MemoryBytes = 1L << 30 } } };
        var large = new TaskSpec { Resources = new() { Reservations = new() { MemoryBytes = 8L << 30 } } };
        cluster.Nodes(1).Tasks(1, "", large).Tasks(1, "", small).Tasks(1, "", large).Tasks(1, "", small with { }).Plan();
        Assert.Equal(["", "n001", "", "n001"], cluster.Of("").OrderBy(task => task.Slot).Select(task => task.NodeId));
    }

    [Fact]
    public void Drivers_MustBeThere_WhereTheEngineTellsOfItsOwn()
    {
        cluster.Nodes(1, node => node with { Description = node.Description! with { Engine = new() { Plugins = [new("Network", "weave"), new("Volume", "nfs:latest"), new("Log", "journald")] } } });
        cluster.Nodes(1, node => node with { Description = node.Description! with { Engine = new() { Plugins = [new("Log", "syslog")] } } });
        cluster.Tasks(3, "net", with: task => task with { NetworksAttachments = [new(new Network { DriverState = new() { Name = "weave" } })] });
        cluster.Tasks(3, "vol", new() { ContainerSpec = new() { Mounts = [new() { Target = "/data", VolumeOptions = new() { DriverConfig = new() { Name = "nfs" } } }] } });
        cluster.Tasks(3, "log", new() { LogDriver = new() { Name = "syslog" } });
        cluster.Tasks(2, "any", new()
        {
            LogDriver = new() { Name = "none" },
            ContainerSpec = new() { Mounts = [new() { Target = "/data", VolumeOptions = new() { DriverConfig = new() { Name = "local" } } }] },
        }, task => task with { NetworksAttachments = [new(new Network { DriverState = new() { Name = "overlay" } })] }).Plan();
        Assert.Equal([3, 0], cluster.Loads("net"));
        Assert.Equal([3, 0], cluster.Loads("vol"));
        Assert.Equal([0, 3], cluster.Loads("log"));
        Assert.Equal([1, 1], cluster.Loads("any"));
    }

    [Fact]
    public void DriverThatIsNowhere_IsNamed_AndAnEngineThatTellsOfNone_MayHaveAny()
    {
        cluster.Nodes(2, node => node with { Description = node.Description! with { Engine = new() { Plugins = [new("Volume", "local")] } } });
        cluster.Tasks(1, "vol", new() { ContainerSpec = new() { Mounts = [new() { Target = "/data", VolumeOptions = new() { DriverConfig = new() { Name = "nfs" } } }] } });
        cluster.Tasks(1, "log", new() { LogDriver = new() { Name = "gelf" } }).Plan();
        Assert.Equal("no suitable node (2 nodes lack the volume driver 'nfs')", cluster.Of("vol").Single().Status.Err);
        Assert.NotEqual("", cluster.Of("log").Single().NodeId);
        cluster.Nodes(1).Plan();
        Assert.Equal("n003", cluster.Of("vol").Single().NodeId);
    }

    [Fact]
    public void HostPort_IsGivenOnceANode()
    {
        var port = new PortConfig { TargetPort = 80, PublishedPort = 8080, PublishMode = PublishMode.Host };
        cluster.Nodes(2).Tasks(3, with: task => task with { Ports = [port] }).Plan();
        Assert.Equal([1, 1], cluster.Loads());
        Assert.Single(cluster.Of("web"), task => task.Status.Err == "no suitable node (2 nodes have the host port 8080/tcp in use)");
        cluster.Tasks(2, "dns", with: task => task with { Ports = [port with { Protocol = PortProtocol.Udp }] }).Plan();
        Assert.Equal([1, 1], cluster.Loads("dns"));
        cluster.Tasks(4, "any", with: task => task with { Ports = [port with { PublishedPort = 0 }] }).Plan();
        Assert.Equal([2, 2], cluster.Loads("any"));
    }

    [Fact]
    public void HostPort_IsGivenOnceAnAddress()
    {
        var port = new PortConfig { TargetPort = 80, PublishedPort = 8080, PublishMode = PublishMode.Host, HostIP = "127.0.0.1" };
        cluster.Nodes(1).Tasks(2, with: task => task with { Ports = [port] }).Plan();
        Assert.Single(cluster.Of("web"), task => task.Status.Err == "no suitable node (1 node has the host port 127.0.0.1:8080/tcp in use)");
        cluster.Tasks(1, "other", with: task => task with { Ports = [port with { HostIP = "10.0.0.1" }] }).Plan();
        Assert.Equal([1], cluster.Loads("other"));
        cluster.Tasks(1, "all", with: task => task with { Ports = [port with { HostIP = null }] }).Plan();
        Assert.Equal([0], cluster.Loads("all"));
    }

    [Fact]
    public void HostPort_StaysTaken_ThoughItsFormerTaskIsToldOfOnceMore()
    {
        var ports = new ValueList<PortConfig>([new() { PublishedPort = 8080, PublishMode = PublishMode.Host }]);
        cluster.Nodes(1).Tasks(1, with: task => task with { Ports = ports }).Plan();
        var (changes, first) = PassOn(cluster.Only, () => cluster.Tasks(1, with: task => task with { Ports = ports }));
        cluster.TellAgain(changes);
        cluster.Tasks(1, with: task => task with { Ports = ports }).Plan();
        Assert.Single(cluster.Of("web"), task => task.Id != first && task.NodeId != "");
        Assert.Single(cluster.Of("web"), task => task.Status.Err == "no suitable node (1 node has the host port 8080/tcp in use)");
    }

    [Fact]
    public void NamedResource_StaysTaken_ThoughItsFormerTaskIsToldOfOnceMore()
    {
        var spec = new TaskSpec { Resources = new() { Reservations = new() { GenericResources = [new() { DiscreteResourceSpec = new("gpu", 1) }] } } };
        var resources = new TaskResources { GenericResources = [new() { NamedResourceSpec = new("gpu", "g1") }] };
        cluster.Nodes(1, node => node with { Description = node.Description! with { Resources = resources } }).Tasks(1, spec: spec).Plan();
        var (changes, first) = PassOn(cluster.Only, () => cluster.Tasks(1, spec: spec));
        cluster.TellAgain(changes);
        cluster.Tasks(1, spec: spec).Plan();
        Assert.Single(cluster.Of("web"), task => task.Id != first && task.NodeId != "");
        Assert.Single(cluster.Of("web"), task => task.Status.Err == "no suitable node (1 node lacks 1 gpu)");
    }

    [Fact]
    public void MaxReplicas_IsTheMostOfAServiceOnANode()
    {
        cluster.Nodes(2).Tasks(5, spec: new() { Placement = new() { MaxReplicas = 2 } }).Plan();
        Assert.Equal([2, 2], cluster.Loads());
        Assert.Single(cluster.Of("web"), task => task.Status.Err == "no suitable node (2 nodes have the most replicas a node may have (2))");
        cluster.Put(cluster.Of("web").First(task => task.NodeId == "n002") with { DesiredState = TaskState.Shutdown });
        Assert.Equal([2, 2], cluster.Plan().Loads());
    }

    [Fact]
    public void NodeWhereTheServiceKeepsFailing_ComesLast_ForAWhile()
    {
        cluster.Nodes(2);
        FailOn("n001", 5, version: 1);
        cluster.Tasks(2).Plan();
        Assert.Equal([0, 2], cluster.Loads());
        cluster.Tasks(1, "other").Plan();
        Assert.Equal(1, cluster.Loads("other")[0]);
        cluster.Tasks(1, with: task => task with { SpecVersion = 2 }).Plan();
        Assert.Equal(1, cluster.Loads("web")[0]);
        cluster.Now += TimeSpan.FromMinutes(5);
        cluster.Tasks(1).Plan();
        Assert.Equal(2, cluster.Loads("web")[0]);
    }

    [Fact]
    public void FewFailures_DoNotMatter()
    {
        cluster.Nodes(2);
        FailOn("n001", 4, version: 1);
        cluster.Tasks(2).Plan();
        Assert.Equal([1, 1], cluster.Loads());
    }

    [Fact]
    public void NodeThatFails_IsBetterThanNone()
    {
        cluster.Nodes(1);
        FailOn("n001", 5, version: 1);
        cluster.Tasks(1).Plan();
        Assert.Equal([1], cluster.Loads());
    }

    [Fact]
    public void TaskForOneNode_IsConfirmed_OrSaysWhyNot()
    {
        cluster.Nodes(1).Nodes(1, node => node with { Spec = new() { Availability = NodeAvailability.Pause } });
        cluster.Tasks(1, with: task => task with { NodeId = "n001", Slot = 0 });
        cluster.Tasks(1, with: task => task with { NodeId = "n002", Slot = 0 }).Plan();
        Assert.Equal(
            [(TaskState.Assigned, "scheduler confirmed task can run on preassigned node", null), (TaskState.Pending, null, "no suitable node (1 node is paused)")],
            cluster.Of("web").OrderBy(task => task.Id).Select(task => (task.Status.State, task.Status.State == TaskState.Assigned ? task.Status.Message : null, task.Status.Err)));
        cluster.Change("n002", node => node with { Spec = new() }).Plan();
        Assert.Equal([1, 1], cluster.Loads());
    }

    [Fact]
    public void PlanThatIsFull_GoesOnInTheNextOne()
    {
        cluster.Nodes(3).Tasks(25).Tasks(25, "db").Plan(10);
        Assert.True(cluster.LastPlan.More);
        Assert.Equal(10, cluster.LastPlan.Changes.Count);
        for (var i = 0; i < 4; i++)
            cluster.Plan(10);
        Assert.False(cluster.LastPlan.More);
        Assert.Equal(50, cluster.Loads().Sum());
        Assert.True(cluster.Loads("web").Max() - cluster.Loads("web").Min() <= 1);
    }

    [Fact]
    public void SameState_GivesTheSamePlan_WithoutHistory()
    {
        cluster.Nodes(5).Tasks(7).Tasks(5, "db").Plan().Tasks(6).Tasks(3, "db");
        var once = Scheduler.Plan(cluster.State, cluster.Now).Changes.Select(change => (change.Id, ((SwarmTask)change.Object!).NodeId));
        var again = Scheduler.Plan(cluster.State, cluster.Now).Changes.Select(change => (change.Id, ((SwarmTask)change.Object!).NodeId));
        Assert.Equal(once, again);
    }

    private void FailOn(string node, int times, ulong version)
    {
        for (var i = 0; i < times; i++)
        {
            cluster.Tasks(1, with: task => task with { NodeId = node, SpecVersion = version, Status = new() { State = TaskState.Running } });
            var task = cluster.Of("web").OrderBy(task => task.Id).Last();
            cluster.Report(task, TaskState.Failed);
        }
    }

    /// <summary>A task ends, and another one gets its place; the changes since before the end.</summary>
    private (ObjectChange[] Changes, string First) PassOn(SwarmTask first, Action another)
    {
        var accepted = first with { Status = first.Status with { State = TaskState.Accepted } };
        cluster.Put(accepted);
        var failed = accepted with { Status = accepted.Status with { State = TaskState.Failed } };
        cluster.Put(failed);
        another();
        cluster.Plan();
        var next = cluster.Of("web").Single(task => task.Id != first.Id);
        Assert.Equal("n001", next.NodeId);
        return ([new(ObjectKind.Task, first, accepted), new(ObjectKind.Task, accepted, failed), new(ObjectKind.Task, null, next)], first.Id);
    }
}
