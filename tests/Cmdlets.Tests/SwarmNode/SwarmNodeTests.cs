using SwarmPS.Cmdlets.SwarmNode;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Tests.SwarmNode;

public sealed class SwarmNodeTests
{
    private static readonly Node Worker = new() { Id = "n2", Version = new(5), Description = new() { Hostname = "far" }, Spec = new() { Role = NodeRole.Worker }, Status = new() { State = NodeState.Down, Message = "heartbeat failure" } };

    private static async Task<FakeDaemon> DaemonAsync()
    {
        var daemon = await FakeDaemon.StartAsync();
        return daemon.Json("GET /nodes", () => new[] { Samples.Box, Worker })
            .Json("GET /nodes/*", request => request.Path.EndsWith("far", StringComparison.Ordinal) || request.Path.EndsWith("n2", StringComparison.Ordinal) ? Worker : Samples.Box)
            .Json("POST /nodes/*/update", () => null);
    }

    [Theory]
    [InlineData("", "n1,n2")]
    [InlineData("far", "n2")]
    [InlineData("f*", "n2")]
    [InlineData("self", "n1")]
    [InlineData("-Id n2", "n2")]
    [InlineData("-Role Manager", "n1")]
    public async Task Nodes_AreFoundByNameIdAndPattern(string arguments, string ids)
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        Assert.Equal(ids, string.Join(',', prompt.Run($"Get-SwarmNode {arguments}").Clean().Select(item => ((SwarmNodeInfo)item.BaseObject).Id)));
    }

    [Fact]
    public async Task Node_HasWhatScriptsNeed()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        var box = prompt.Run("Get-SwarmNode box").One<SwarmNodeInfo>();
        Assert.Equal(("box", NodeState.Ready, NodeRole.Manager, "Leader", true, 2m, "1GiB"), (box.Hostname, box.Status, box.Role, box.Manager, box.IsSelf, box.Cpus, box.Memory));
        var far = prompt.Run("Get-SwarmNode far").One<SwarmNodeInfo>();
        Assert.Equal((NodeState.Down, "heartbeat failure", "", false), (far.Status, far.Message, far.Manager, far.IsSelf));
    }

    [Fact]
    public async Task OnlyWhatIsNamed_Changes()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        prompt.Run("Get-SwarmNode box | Set-SwarmNode -Availability drain -AddLabel disk=ssd").Clean();
        var change = Assert.Single(daemon.Changes);
        Assert.Equal("/nodes/n1/update", change.Path);
        Assert.Equal("3", change.Query["version"]);
        Assert.Equal(Samples.Box.Spec with { Availability = NodeAvailability.Drain, Labels = new([new("zone", "a"), new("disk", "ssd")]) }, change.As<NodeSpec>());
    }

    [Fact]
    public async Task Labels_CanBeReplacedAndTakenAway()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        prompt.Run("Set-SwarmNode box -Label @{ a = 1 }; Set-SwarmNode box -RemoveLabel zone; Set-SwarmNode far -Role Manager").Clean();
        Assert.Equal(
            [new ValueMap<string>([new("a", "1")]), ValueMap<string>.Empty, null],
            daemon.Changes.Select(change => change.As<NodeSpec>().Labels));
        Assert.Equal(NodeRole.Manager, daemon.Changes.Last().As<NodeSpec>().Role);
    }

    [Fact]
    public async Task PassThru_GivesTheNode()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        Assert.True(prompt.Run("Set-SwarmNode box -Availability Pause -PassThru").One<SwarmNodeInfo>().IsSelf);
    }
}
