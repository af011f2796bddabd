using SwarmPS.Api;
using SwarmPS.Daemon.Leader;
using SwarmPS.Model;
using SwarmPS.Planning;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Api;

/// <summary><c>/swarmps/plan</c>: what would come of a change, and that nothing does.</summary>
public sealed class PlanTests
{
    private static readonly ServiceSpec Web = new()
    {
        Name = "web",
        TaskTemplate = new() { ContainerSpec = new() { Image = "web:1", Env = ["A=1", "B=2"] } },
        Mode = new() { Replicated = new(4) },
        UpdateConfig = new() { Parallelism = 2 },
    };

    [Fact]
    public async Task NewService_HasItsTasksPlaced_AndIsNotMade()
    {
        await using var api = await StartAsync();
        var before = api.Membership.Store.Current;
        var plan = await PlanAsync(api, Web);
        Assert.Same(before, api.Membership.Store.Current);
        Assert.Null(plan.ServiceId);
        Assert.Equal(("web", false, 0), (plan.Name, plan.ReplacesTasks, plan.Kept));
        Assert.Contains(new("TaskTemplate.ContainerSpec.Image", null, "web:1"), plan.Changes);
        Assert.Equal([1ul, 2, 3, 4], plan.Tasks.Select(task => task.Slot));
        Assert.All(plan.Tasks, task => Assert.Equal((TaskAction.Create, 1, null), (task.Action, task.Step, task.TaskId)));
        Assert.Equal(["host1", "host1", "host2", "host2"], plan.Tasks.Select(task => task.NewNode).Order());
    }

    [Fact]
    public async Task NewImage_ReplacesAllTasks_InStepsOfTheParallelism()
    {
        await using var api = await StartAsync();
        var web = await RunAsync(api, Web);
        var before = api.Membership.Store.Current;
        var plan = await PlanAsync(api, WithImage(Web, "web:2"), web);
        Assert.Same(before, api.Membership.Store.Current);
        Assert.Equal([new("TaskTemplate.ContainerSpec.Image", "web:1", "web:2")], plan.Changes);
        Assert.Equal((web.Id, true, 0, false), (plan.ServiceId, plan.ReplacesTasks, plan.Kept, plan.IsCut));
        Assert.Equal([1, 1, 2, 2], plan.Tasks.Select(task => task.Step!.Value));
        foreach (var task in plan.Tasks)
        {
            var old = before.Tasks.Find(task.TaskId!)!;
            Assert.Equal((TaskAction.Replace, old.Slot, old.NodeId), (task.Action, task.Slot, task.NodeId));
            Assert.NotNull(task.NewNodeId);
        }
        Assert.Equal((2ul, UpdateOrder.StopFirst), (plan.Rollout!.Parallelism, plan.Rollout.Order!.Value));
    }

    [Fact]
    public async Task Plan_IsWhatTheLeaderThenDoes()
    {
        await using var api = await StartAsync();
        var web = await RunAsync(api, Web);
        var wanted = WithImage(Web, "web:2") with { Mode = new() { Replicated = new(3) }, UpdateConfig = new() { Parallelism = 1, Order = UpdateOrder.StartFirst } };
        var plan = await PlanAsync(api, wanted, web);
        await api.OkAsync("POST", $"/services/{web.Id}/update?version={web.Version.Index}", wanted);
        var done = await PlayAsync(api, web.Id);
        Assert.Equal((1, 3), (plan.Tasks.Count(task => task.Action == TaskAction.Remove), plan.Tasks.Count(task => task.Action == TaskAction.Replace)));
        Assert.Equal(
            plan.Tasks.Where(task => task.NewNodeId is not null).Select(task => (task.Slot, task.NewNodeId!)).Order(),
            done.Select(task => (task.Slot, task.NodeId)).Order());
    }

    [Fact]
    public async Task ChangeThatNeedsNoContainers_KeepsAllTasks()
    {
        await using var api = await StartAsync();
        var web = await RunAsync(api, Web);
        var plan = await PlanAsync(api, Web with { Labels = new([new("a.b", "c")]) }, web);
        Assert.Equal([new("Labels['a.b']", null, "c")], plan.Changes);
        Assert.Equal((false, 0, 4), (plan.ReplacesTasks, plan.Tasks.Count, plan.Kept));
    }

    [Fact]
    public async Task TaskThatFindsNoNode_SaysWhy()
    {
        await using var api = await StartAsync();
        var wanted = Web with { TaskTemplate = Web.TaskTemplate with { Placement = new() { MaxReplicas = 1 } } };
        var plan = await PlanAsync(api, wanted);
        Assert.Equal(2, plan.Tasks.Count(task => task.NewNode is not null));
        Assert.All(plan.Tasks.Where(task => task.NewNode is null), task => Assert.Equal("no suitable node (2 nodes have the most replicas a node may have (1))", task.Err));
    }

    [Fact]
    public async Task Rollback_IsPlannedByItsOwnRules()
    {
        await using var api = await StartAsync();
        var web = await RunAsync(api, Web);
        await api.OkAsync("POST", $"/services/{web.Id}/update?version={web.Version.Index}", WithImage(Web, "web:2"));
        await PlayAsync(api, web.Id);
        web = api.Membership.Store.Current.ServiceNamed("web")!;
        var plan = ApiJson.Read<ServicePlan>((await api.OkAsync("POST", $"/swarmps/plan?service=web&version={web.Version.Index}&rollback=previous", web.Spec))!.ToString());
        Assert.Equal([new("TaskTemplate.ContainerSpec.Image", "web:2", "web:1")], plan.Changes);
        Assert.Equal([1, 2, 3, 4], plan.Tasks.Select(task => task.Step!.Value));
    }

    [Fact]
    public async Task BlueGreen_ReplacesAllInOneStep()
    {
        await using var api = await StartAsync();
        var web = await RunAsync(api, Web);
        var plan = await PlanAsync(api, WithImage(Web, "web:2") with { UpdateConfig = new() { Order = UpdateOrder.StartFirst } }, web);
        Assert.All(plan.Tasks, task => Assert.Equal((TaskAction.Replace, 1), (task.Action, task.Step)));
        Assert.Equal(4, plan.Tasks.Count(task => task.NewNode is not null));
    }

    [Fact]
    public async Task LongRollout_IsCut_AndStillNamesAllTasks()
    {
        await using var api = await StartAsync();
        var web = await RunAsync(api, Web with { Mode = new() { Replicated = new(1_500) } });
        var plan = await PlanAsync(api, WithImage(web.Spec, "web:2") with { UpdateConfig = new() { Parallelism = 1 } }, web);
        Assert.True(plan.IsCut);
        Assert.Equal(1_500, plan.Tasks.Count);
        Assert.Contains(plan.Tasks, task => task.Step is null);
        Assert.Equal(1, plan.Tasks[0].Step);
    }

    [Theory]
    [InlineData("", """{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"a"}}}""", 409, "service web already exists")]
    [InlineData("", """{"Name":"-","TaskTemplate":{"ContainerSpec":{"Image":""}}}""", 400, "for 2 reasons")]
    [InlineData("?service=nobody&version=1", "{}", 404, "nobody")]
    [InlineData("?service=web", "{}", 400, "invalid service version")]
    [InlineData("?service=web&version=1", """{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"a"}}}""", 500, "update out of sequence")]
    public async Task WhatTheRealCallRefuses_IsRefused(string query, string body, int status, string message)
    {
        await using var api = await StartAsync();
        await RunAsync(api, Web);
        Assert.Contains(message, await api.RefusedAsync(status, "POST", $"/swarmps/plan{query}", body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RegistryCredentials_AreNotShown()
    {
        await using var api = await StartAsync();
        var (status, answer) = await api.SendAsync("POST", "/swarmps/plan", Web, ("X-Registry-Auth", "c2VjcmV0"));
        Assert.Equal(200, status);
        Assert.DoesNotContain("c2VjcmV0", answer!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rebalance_MovesToTheNewNode_AsItWasPlanned()
    {
        await using var api = await StartAsync();
        var web = await RunAsync(api, Web with { Mode = new() { Replicated = new(6) } });
        await api.Membership.Store.UpdateAsync(tx => tx.Put(tx.View.Nodes.Find("node2")! with { Id = "node3", Description = new() { Hostname = "host3" } }), api.Stop);
        var query = $"version={web.Version.Index}&rollout=rebalance";
        var plan = ApiJson.Read<ServicePlan>((await api.OkAsync("POST", $"/swarmps/plan?service=web&{query}", web.Spec))!.ToString());
        Assert.Equal((0, 4), (plan.Changes.Count, plan.Kept));
        Assert.Equal([("host3", TaskAction.Replace), ("host3", TaskAction.Replace)], plan.Tasks.Select(task => (task.NewNode, task.Action)));
        await api.OkAsync("POST", $"/services/web/update?{query}", web.Spec);
        var tasks = await PlayAsync(api, web.Id);
        Assert.Equal((6, 2), (tasks.Count, tasks.Count(task => task.NodeId == "node3")));
        Assert.Equal(web.Spec, api.Membership.Store.Current.ServiceNamed("web")!.Spec);
    }

    [Fact]
    public async Task Rebalance_IsForReplicatedServicesAtRest()
    {
        await using var api = await StartAsync();
        var agent = await RunAsync(api, Web with { Name = "agent", Mode = new() { Global = new() } });
        Assert.Contains("is not replicated", await api.RefusedAsync(400, "POST", $"/services/agent/update?version={agent.Version.Index}&rollout=rebalance", agent.Spec), StringComparison.Ordinal);
        var web = await RunAsync(api, Web);
        await api.Membership.Store.UpdateAsync(tx => web = tx.Put(web with { UpdateStatus = new() { State = UpdateState.Paused } }), api.Stop);
        Assert.Contains("has an update that is paused", await api.RefusedAsync(400, "POST", $"/services/web/update?version={web.Version.Index}&rollout=rebalance", web.Spec), StringComparison.Ordinal);
    }

    private static ServiceSpec WithImage(ServiceSpec spec, string image) =>
        spec with { TaskTemplate = spec.TaskTemplate with { ContainerSpec = spec.TaskTemplate.ContainerSpec! with { Image = image } } };

    /// <summary>A swarm of two nodes.</summary>
    private static async Task<ApiHarness> StartAsync()
    {
        var api = await ApiHarness.StartAsync();
        await api.Membership.Store.UpdateAsync(
            tx => tx.Put(tx.View.Nodes.All.Single() with { Id = "node2", Description = new() { Hostname = "host2" }, ManagerStatus = null }), api.Stop);
        return api;
    }

    private static async Task<ServicePlan> PlanAsync(ApiHarness api, ServiceSpec spec, Service? service = null) =>
        ApiJson.Read<ServicePlan>((await api.OkAsync("POST", "/swarmps/plan" + (service is null ? "" : $"?service={service.Id}&version={service.Version.Index}"), spec))!.ToString());

    private static async Task<Service> RunAsync(ApiHarness api, ServiceSpec spec)
    {
        var id = (string)(await api.OkAsync("POST", "/services/create", spec))!["ID"]!;
        await PlayAsync(api, id);
        return api.Membership.Store.Current.Services.Find(id)!;
    }

    /// <summary>Lets a service come to be what is wanted of it. Gives its tasks.</summary>
    private static async Task<IReadOnlyCollection<SwarmTask>> PlayAsync(ApiHarness api, string id)
    {
        var store = api.Membership.Store;
        var reached = RolloutTrial.Run(store.Current, id, Timestamp.From(TimeProvider.System.GetUtcNow())).State;
        return await store.UpdateAsync(
            tx =>
            {
                foreach (var gone in tx.View.TasksOfService(id).Where(task => reached.Tasks.Find(task.Id) is not { DesiredState: TaskState.Running }))
                    tx.Delete(gone);
                // What the request itself made is there already, and has come further.
                tx.Apply(reached.TasksOfService(id).Where(task => task.DesiredState == TaskState.Running && tx.View.Tasks.Find(task.Id) is not null).Select(StoreChange.Put));
                foreach (var come in reached.TasksOfService(id).Where(task => task.DesiredState == TaskState.Running && tx.View.Tasks.Find(task.Id) is null))
                    tx.Put(come with { Id = $"{tx.NextVersion}-{come.Id}" });
                tx.Put(reached.Services.Find(id)!);
                return tx.View.TasksOfService(id);
            },
            api.Stop);
    }
}
