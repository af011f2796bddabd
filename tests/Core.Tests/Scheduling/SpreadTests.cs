using SwarmPS.Model;

namespace SwarmPS.Core.Tests.Scheduling;

public sealed class SpreadTests
{
    private readonly Cluster cluster = new();

    [Fact]
    public void Tasks_AreSpreadOverTheLabel_WhateverTheNumberOfNodes()
    {
        Zone("a", 1);
        Zone("b", 3);
        cluster.Tasks(8, spec: Over("node.labels.zone")).Plan();
        Assert.Equal([4, 4], Zones());
        Assert.Equal([1, 1, 2], cluster.Loads()[1..].Order().ToArray());
    }

    [Fact]
    public void NodesWithoutTheLabel_ShareABranch()
    {
        Zone("a", 1);
        Zone("b", 1);
        cluster.Nodes(2).Tasks(9, spec: Over("node.labels.zone")).Plan();
        Assert.Equal([3, 3, 3], [cluster.Loads()[0], cluster.Loads()[1], cluster.Loads()[2..].Sum()]);
    }

    [Fact]
    public void EngineLabels_CountToo()
    {
        for (var i = 0; i < 4; i++)
        {
            var rack = i == 0 ? "1" : "2";
            cluster.Nodes(1, node => node with { Description = node.Description! with { Engine = new() { Labels = new([new("rack", rack)]) } } });
        }
        cluster.Tasks(6, spec: Over("engine.labels.rack")).Plan();
        Assert.Equal([3, 1, 1, 1], cluster.Loads());
    }

    [Fact]
    public void SeveralPreferences_AreLevels()
    {
        foreach (var (zone, rack, nodes) in new[] { ("a", "1", 1), ("a", "2", 2), ("b", "3", 1), ("b", "4", 1) })
            cluster.Nodes(nodes, node => node with { Spec = new() { Labels = new([new("zone", zone), new("rack", rack)]) } });
        cluster.Tasks(8, spec: Over("node.labels.zone", "node.labels.rack")).Plan();
        Assert.Equal([2, 1, 1, 2, 2], cluster.Loads());
    }

    [Fact]
    public void FullBranch_LeavesItsShareToTheOthers()
    {
        Zone("a", 1);
        Zone("b", 2);
        var spec = Over("node.labels.zone") with { Resources = new() { Reservations = new() { NanoCPUs = 1_000_000_000 } } };
        cluster.Tasks(13, spec: spec).Plan();
        Assert.Equal([4, 4, 4], cluster.Loads());
        Assert.Single(cluster.Of("web"), task => task.NodeId == "");
    }

    [Fact]
    public void GrowingService_EvensOutItsBranches()
    {
        Zone("a", 2);
        cluster.Tasks(4, spec: Over("node.labels.zone")).Plan();
        Zone("b", 2);
        cluster.Tasks(4, spec: Over("node.labels.zone")).Plan();
        Assert.Equal([4, 4], Zones());
    }

    [Fact]
    public void NodesThatDoNotFit_AreNoBranches()
    {
        Zone("a", 1);
        Zone("b", 1);
        cluster.Change("n001", node => node with { Spec = node.Spec with { Availability = NodeAvailability.Drain } });
        cluster.Tasks(3, spec: Over("node.labels.zone")).Plan();
        Assert.Equal([0, 3], cluster.Loads());
    }

    private static TaskSpec Over(params string[] labels) => new()
    {
        Placement = new() { Preferences = labels.Select(label => new PlacementPreference(new(label))).ToValueList() },
    };

    private void Zone(string name, int nodes) =>
        cluster.Nodes(nodes, node => node with { Spec = new() { Labels = new([new("zone", name)]) } });

    private int[] Zones() => cluster.State.Nodes.All
        .GroupBy(node => node.Spec.Labels!["zone"]).OrderBy(zone => zone.Key, StringComparer.Ordinal)
        .Select(zone => zone.Sum(node => cluster.State.TasksOfNode(node.Id).Count)).ToArray();
}
