using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Api;

public sealed class NodeTests
{
    [Fact]
    public async Task Node_IsFound_ByIdNameOrBeginning()
    {
        await using var api = await ApiHarness.StartAsync();
        foreach (var input in new[] { FakeMembership.NodeId, "host1", "node1" })
            Assert.Equal(FakeMembership.NodeId, (string?)(await api.OkAsync("GET", "/nodes/" + input))!["ID"]);
        Assert.Equal("node other not found", await api.RefusedAsync(404, "GET", "/nodes/other"));
    }

    [Fact]
    public async Task Update_NeedsTheLastVersion_AndChangesWhatWasSent()
    {
        await using var api = await ApiHarness.StartAsync();
        var version = api.Membership.Store.Current.Nodes.All.Single().Version.Index;
        Assert.Contains("invalid node version 'x'", await api.RefusedAsync(400, "POST", "/nodes/host1/update?version=x", "{}"));
        await api.OkAsync("POST", $"/nodes/host1/update?version={version}", """{"Availability":"drain","Role":"manager","Labels":{"disk":"ssd"}}""");
        Assert.Equal(SwarmException.OutOfSequenceText, await api.RefusedAsync(500, "POST", $"/nodes/host1/update?version={version}", "{}"));
        var node = api.Membership.Store.Current.Nodes.All.Single();
        Assert.Equal((NodeAvailability.Drain, "ssd"), (node.Spec.Availability, node.Spec.Labels!["disk"]));
        Assert.Equal("host1", node.Description!.Hostname);
    }

    [Fact]
    public async Task LastManager_IsNeitherDemotedNorRemoved()
    {
        await using var api = await ApiHarness.StartAsync();
        var version = api.Membership.Store.Current.Nodes.All.Single().Version.Index;
        Assert.Contains("attempting to demote the last manager", await api.RefusedAsync(400, "POST", $"/nodes/host1/update?version={version}", """{"Role":"worker"}"""));
        Assert.Contains("must be demoted to worker before removal", await api.RefusedAsync(400, "DELETE", "/nodes/host1?force=1"));
    }

    [Fact]
    public async Task ReadyWorker_IsRemovedByForceOnly()
    {
        await using var api = await ApiHarness.StartAsync();
        await api.Membership.Store.UpdateAsync(tx => { tx.Put(new Node { Id = "worker", Spec = new() { Role = NodeRole.Worker }, Status = new() { State = NodeState.Ready } }); }, api.Stop);
        Assert.Contains("is not down and can't be removed", await api.RefusedAsync(400, "DELETE", "/nodes/worker"));
        await api.OkAsync("DELETE", "/nodes/worker?force=1");
        var state = api.Membership.Store.Current;
        Assert.Equal(1, state.Nodes.Count);
        Assert.Equal(["worker"], state.Swarm!.RemovedNodes!.Select(node => node.Id));
        Assert.DoesNotContain("RemovedNodes", (await api.OkAsync("GET", "/swarm"))!.ToString());
    }
}
