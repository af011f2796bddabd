using SwarmPS.Api;
using SwarmPS.Daemon.Api.Queries;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Api;

public sealed class ConvergenceTests
{
    /// <summary>Replicas, restart condition, update state, tasks (slot, spec version, state, desired), and what follows.</summary>
    public static TheoryData<ulong, string?, string?, string, string, int> Cases => new()
    {
        { 2, null, null, "", "converging", 0 },
        { 0, null, null, "", "converged", 0 },
        { 2, null, null, "1/5/running/running 2/5/starting/running", "converging", 1 },
        { 2, null, null, "1/5/running/running 2/5/running/running", "converged", 2 },
        // The earlier spec's tasks still run, or are told to end.
        { 1, null, null, "1/4/running/running", "converging", 0 },
        { 1, null, null, "1/4/running/shutdown 1/5/running/running", "converged", 1 },
        { 2, null, null, "1/5/running/running 2/5/running/running 2/4/running/running", "converging", 2 },
        // Scaled down, and not yet acted upon; then acted upon.
        { 1, null, null, "1/5/running/running 2/5/running/running", "converging", 2 },
        { 1, null, null, "1/5/running/running 2/5/running/remove", "converged", 1 },
        { 0, null, null, "1/5/running/running", "converging", 1 },
        // Restarted: the failed task has a successor.
        { 1, "any", null, "1/5/failed/shutdown 1/5/ready/ready", "converging", 0 },
        { 1, "any", null, "1/5/failed/running", "converging", 0 },
        // Not restarted.
        { 1, "none", null, "1/5/failed/running", "failed", 0 },
        { 1, "on-failure", null, "1/5/failed/shutdown", "failed", 0 },
        { 2, "none", null, "1/5/failed/running 2/5/preparing/running", "converging", 0 },
        { 2, "none", null, "1/5/failed/running 2/5/running/running", "failed", 1 },
        { 1, "none", null, "1/5/complete/running", "converged", 0 },
        { 2, "on-failure", null, "1/5/complete/shutdown 2/5/running/running", "converged", 1 },
        { 1, "none", null, "1/5/rejected/shutdown", "failed", 0 },
        // Updates tell for themselves.
        { 1, null, "updating", "1/5/running/running", "converging", 1 },
        { 1, null, "paused", "1/5/running/running", "failed", 1 },
        { 1, null, "rollback_started", "1/5/running/running", "converging", 1 },
        { 1, null, "completed", "1/5/running/running", "converged", 1 },
        { 1, null, "rollback_completed", "1/5/running/running", "converged", 1 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Convergence_FollowsTheTasks(ulong replicas, string? restart, string? update, string tasks, string expected, int running)
    {
        var service = Service(replicas, restart, update);
        var objects = tasks.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((text, index) => Task(text.Split('/'), index));
        var state = Snapshot.Empty.With([StoreChange.Put(service), .. objects.Select(StoreChange.Put)]);
        var actual = ServiceConvergence.Of(state, service);
        Assert.Equal((expected, running), (actual.State, actual.Running));
    }

    [Theory]
    [InlineData("", "converging", 0, 2)]
    [InlineData("n1/running/running", "converging", 1, 2)]
    [InlineData("n1/running/running n2/preparing/running", "converging", 1, 2)]
    [InlineData("n1/running/running n2/running/running", "converged", 2, 2)]
    // A node that rests keeps its task; one that is drained has none, and is not waited for.
    [InlineData("n1/running/running n2/running/running paused/running/running", "converged", 3, 3)]
    [InlineData("n1/running/running n2/running/running drained/running/shutdown", "converged", 2, 2)]
    public void GlobalService_IsThere_OnceEveryNodeThatTakesItHasIt(string tasks, string expected, int running, int desired)
    {
        var service = Service(0, null, null);
        service = service with { Spec = service.Spec with { Mode = new() { Global = new() } } };
        var objects = tasks.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select((text, index) => Task(["0", "5", .. text.Split('/')[1..]], index) with { NodeId = text.Split('/')[0] });
        Node[] nodes = [Node("n1"), Node("n2"), Node("paused", NodeAvailability.Pause), Node("drained", NodeAvailability.Drain), Node("down", state: NodeState.Down)];
        var state = Snapshot.Empty.With([StoreChange.Put(service), .. nodes.Select(StoreChange.Put), .. objects.Select(StoreChange.Put)]);
        var actual = ServiceConvergence.Of(state, service);
        Assert.Equal((expected, running, desired), (actual.State, actual.Running, actual.Desired));
    }

    [Fact]
    public void Errors_AreToldOnce_NewestFirst()
    {
        var service = Service(3, null, null);
        var tasks = new[] { ("a", 1L), ("b", 3), ("a", 2) }.Select((entry, index) => Task(["1", "5", "rejected", "shutdown"], index) with { Status = new() { State = TaskState.Rejected, Err = entry.Item1, Timestamp = new(entry.Item2) } });
        Assert.Equal(["b", "a"], ServiceConvergence.Of(Snapshot.Empty.With([StoreChange.Put(service), .. tasks.Select(StoreChange.Put)]), service).Errors!);
    }

    [Fact]
    public async Task Watcher_IsToldOfEveryChange_UntilConverged()
    {
        await using var api = await ApiHarness.StartAsync();
        await api.Membership.Store.UpdateAsync(tx => { tx.Put(Service(1, null, null)); }, api.Stop);
        using var answer = await api.Client.GetAsync("/swarmps/services/web/convergence?follow=1", HttpCompletionOption.ResponseHeadersRead, api.Stop);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(api.Stop));
        async Task<(int, int, string)> NextAsync()
        {
            var line = ApiJson.Read<Convergence>((await lines.ReadLineAsync(api.Stop))!);
            return (line.Running, line.Desired, line.State);
        }
        Assert.Equal((0, 1, "converging"), await NextAsync());
        await api.Membership.Store.UpdateAsync(tx => { tx.Put(Task(["1", "5", "pending", "running"], 0) with { Status = new() { State = TaskState.Pending, Err = "no suitable node" } }); }, api.Stop);
        Assert.Equal((0, 1, "converging"), await NextAsync());
        await api.Membership.Store.UpdateAsync(tx => { tx.Put(Task(["1", "5", "running", "running"], 0)); }, api.Stop);
        Assert.Equal((1, 1, "converged"), await NextAsync());
        Assert.Null(await lines.ReadLineAsync(api.Stop));
    }

    [Fact]
    public async Task Watcher_IsTold_WhenTheServiceGoes()
    {
        await using var api = await ApiHarness.StartAsync();
        Assert.Equal("service web not found", await api.RefusedAsync(404, "GET", "/swarmps/services/web/convergence"));
        await api.Membership.Store.UpdateAsync(tx => { tx.Put(Service(1, null, null)); }, api.Stop);
        using var answer = await api.Client.GetAsync("/swarmps/services/web/convergence?follow=1", HttpCompletionOption.ResponseHeadersRead, api.Stop);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(api.Stop));
        Assert.Contains("converging", await lines.ReadLineAsync(api.Stop));
        await api.Membership.Store.UpdateAsync(tx => tx.Delete(tx.View.ServiceNamed("web")!), api.Stop);
        Assert.Contains("service web was removed", await lines.ReadToEndAsync(api.Stop));
    }

    private static Service Service(ulong replicas, string? restart, string? update) => new()
    {
        Id = "s",
        SpecVersion = 5,
        Spec = new()
        {
            Name = "web",
            Mode = new() { Replicated = new(replicas) },
            TaskTemplate = new() { ContainerSpec = new() { Image = "new" }, RestartPolicy = restart is null ? null : new() { Condition = Word<RestartCondition>(restart) } },
        },
        UpdateStatus = update is null ? null : new() { State = Word<UpdateState>(update) },
    };

    private static Node Node(string id, NodeAvailability? availability = null, NodeState state = NodeState.Ready) => new()
    {
        Id = id,
        Spec = new() { Availability = availability },
        Status = new() { State = state },
    };

    private static SwarmTask Task(string[] parts, int index) => new()
    {
        Id = $"t{index}",
        ServiceId = "s",
        NodeId = "n",
        CreatedAt = new(index + 1),
        Slot = ulong.Parse(parts[0]),
        SpecVersion = ulong.Parse(parts[1]),
        Spec = new() { ContainerSpec = new() { Image = parts[1] == "5" ? "new" : "old" } },
        Status = new() { State = Word<TaskState>(parts[2]) },
        DesiredState = Word<TaskState>(parts[3]),
    };

    private static T Word<T>(string word) where T : struct, Enum
    {
        Assert.True(ApiEnumConverter.TryParse<T>(word, out var value));
        return value;
    }
}
