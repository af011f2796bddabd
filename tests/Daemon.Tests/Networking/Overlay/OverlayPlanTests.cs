using SwarmPS.Daemon.Networking.Overlay;
using SwarmPS.Model;
using static SwarmPS.Daemon.Tests.Networking.SampleNetworks;

namespace SwarmPS.Daemon.Tests.Networking.Overlay;

public sealed class OverlayPlanTests
{
    private static readonly NodeNetwork Sample = Network(10) with
    {
        Gateways = [Gateway("10.10.0.3", "172.31.77.2")],
        Endpoints = [Endpoint("web", "10.10.0.5"), Endpoint("web", "10.10.0.6", "172.31.77.2")],
    };

    [Fact]
    public void NewNetwork_GetsItsDevice_AndEntriesOfOtherNodesOnly()
    {
        var plan = Between([], [Sample]);

        Assert.Contains("link add swpx10 type vxlan id 10 dstport 4789 local 172.31.77.1 nolearning proxy", plan.Ip);
        Assert.Contains("neigh replace 10.10.0.3 lladdr 02:42:0a:0a:00:03 dev swpx10 nud permanent", plan.Ip);
        Assert.Contains("neigh replace 10.10.0.6 lladdr 02:42:0a:0a:00:06 dev swpx10 nud permanent", plan.Ip);
        Assert.Contains("fdb replace 02:42:0a:0a:00:06 dev swpx10 dst 172.31.77.2 self permanent", plan.Bridge);
        Assert.Contains("fdb replace 02:42:0a:0a:00:06 dev swpx10 master static", plan.Bridge);
        Assert.DoesNotContain(plan.Ip.Concat(plan.Bridge), line => line.Contains("10.10.0.5", StringComparison.Ordinal) || line.Contains("0a:0a:00:05", StringComparison.Ordinal));
    }

    [Fact]
    public void NothingChanged_NothingIsDone()
    {
        var plan = Between([Sample], [Sample]);

        Assert.Empty(plan.Ip);
        Assert.Empty(plan.Bridge);
    }

    [Fact]
    public void MovedTask_ChangesItsOwnEntriesOnly()
    {
        var plan = Between([Sample], [Sample with { Endpoints = [Sample.Endpoints[0], Sample.Endpoints[1] with { DataPath = "172.31.77.9" }] }]);

        Assert.Empty(plan.Ip);
        Assert.Equal(["fdb replace 02:42:0a:0a:00:06 dev swpx10 dst 172.31.77.9 self permanent"], plan.Bridge);
    }

    [Fact]
    public void TaskThatIsGone_LeavesNoEntry()
    {
        var plan = Between([Sample], [Sample with { Endpoints = [] }]);

        Assert.Equal(["neigh del 10.10.0.6 dev swpx10"], plan.Ip);
        Assert.Equal(["fdb del 02:42:0a:0a:00:06 dev swpx10 self", "fdb del 02:42:0a:0a:00:06 dev swpx10 master"], plan.Bridge);
    }

    [Fact]
    public void NetworkThatIsGone_LosesItsDevice_AndItsBridgeWhereTheEngineHasForgottenIt()
    {
        Assert.Equal(["link del swpx10"], Between([Sample], []).Ip);
        Assert.Equal(["link del swpx10", "link del swp10"], Between([Sample], [], _ => true).Ip);
    }

    [Fact]
    public void DeviceOfOtherSettings_IsMadeAnew_WithAllEntries()
    {
        var plan = OverlayPlan.Between(OverlayState.Of([Sample], "172.31.77.1"), OverlayState.Of([Sample with { DataPathPort = 4790 }], "172.31.77.1"), _ => false);

        Assert.Equal("link del swpx10", plan.Ip[0]);
        Assert.Equal(2, plan.Ip.Count(line => line.StartsWith("neigh replace", StringComparison.Ordinal)));
        Assert.Equal(4, plan.Bridge.Count(line => line.StartsWith("fdb replace", StringComparison.Ordinal)));
    }

    private static OverlayPlan Between(NodeNetwork[] current, NodeNetwork[] wanted, Func<string, bool>? isOrphan = null) =>
        OverlayPlan.Between(OverlayState.Of(current, "172.31.77.1"), OverlayState.Of(wanted, "172.31.77.1"), isOrphan ?? (_ => false));
}
