using SwarmPS.Api;
using SwarmPS.Cmdlets.Lab;
using SwarmPS.Model;

namespace SwarmPS.EndToEnd;

/// <summary>Whoever sees that a node is ready may ask its published ports: each test asks at that very moment, once.</summary>
public sealed class ReadinessTests(SharedLab shared) : IClassFixture<SharedLab>, IAsyncLifetime
{
    private const uint Port = 8091;

    private LabFixture lab = null!;

    private SwarmClient Manager => lab.Client("n1");

    public async ValueTask InitializeAsync()
    {
        lab = await shared.GetAsync();
        await Manager.CreateServiceAsync(Web(), CancellationToken.None);
        await Eventually.TrueAsync(
            async () => (await Manager.ListTasksAsync(new ApiFilters().Add("service", "web"), CancellationToken.None)).Count(task => task.Status.State == TaskState.Running) == 2,
            () => "two tasks to run\n" + lab.Logs());
    }

    public async ValueTask DisposeAsync() => await shared.ClearAsync();

    [Fact]
    public async Task NodeAfterACrash_AnswersAtThePublishedPort_WhenItIsReady()
    {
        for (var round = 0; round < 3; round++)
        {
            await lab.KillAsync("n3");
            await StateIsAsync("n3", state => state == NodeState.Down, "down");
            var starting = lab.StartAsync("n3");
            await AnswersWhenReadyAsync("n3");
            await starting;
        }
    }

    [Theory]
    [InlineData(LabPart.Daemon)]
    [InlineData(LabPart.Engine)]
    public async Task NodeWhosePartWasStartedAgain_AnswersAtThePublishedPort_WhenItIsReady(LabPart part)
    {
        await lab.KillAsync("n3", part);
        await StateIsAsync("n3", state => state != NodeState.Ready, "not ready");
        var starting = lab.StartAsync("n3");
        await AnswersWhenReadyAsync("n3");
        await starting;
    }

    [Fact]
    public async Task NodeThatJoins_AnswersAtThePublishedPort_WhenItIsReady()
    {
        var old = (await Manager.GetNodeAsync("n3", CancellationToken.None)).Id;
        await lab.Client("n3").LeaveSwarmAsync(force: false, CancellationToken.None);
        var token = (await Manager.GetSwarmAsync(CancellationToken.None)).JoinTokens!.Worker;
        var address = lab.Place("n3").Address;
        var joining = lab.Client("n3").JoinSwarmAsync(
            new() { ListenAddr = "0.0.0.0:2377", AdvertiseAddr = address, RemoteAddrs = [$"{lab.Place("n1").Address}:2377"], JoinToken = token }, CancellationToken.None);
        await Eventually.TrueAsync(
            async () => (await Manager.ListNodesAsync(new ApiFilters().Add("name", "n3"), CancellationToken.None)).Any(node => node.Id != old && node.Status.State == NodeState.Ready),
            () => "the node that joined to be ready\n" + lab.Logs());
        await AnswerAsync("n3");
        await joining;
        await Manager.RemoveNodeAsync(old, force: true, CancellationToken.None);
    }

    private static ServiceSpec Web() => new()
    {
        Name = "web",
        Mode = new() { Global = new() },
        EndpointSpec = new() { Ports = [new() { TargetPort = 8080, PublishedPort = Port }] },
        TaskTemplate = new()
        {
            Placement = new() { Constraints = ["node.hostname!=n3"] },
            ContainerSpec = new()
            {
                Image = LabFixture.Image,
                StopGracePeriod = TimeSpan.FromSeconds(1),
                Command = ["sh", "-c", "mkdir -p /www; echo hello > /www/index.html; exec httpd -f -p 8080 -h /www"],
            },
        },
    };

    private async Task AnswersWhenReadyAsync(string node)
    {
        await StateIsAsync(node, state => state == NodeState.Ready, "ready");
        await AnswerAsync(node);
    }

    private async Task AnswerAsync(string node)
    {
        for (var visit = 0; visit < 4; visit++)
            Assert.Equal("hello", (await NetworkReach.VisitAsync(lab, node, Port, CancellationToken.None)).Trim());
    }

    private Task StateIsAsync(string node, Func<NodeState, bool> isSo, string expected) => Eventually.TrueAsync(
        async () => isSo((await Manager.GetNodeAsync(node, CancellationToken.None)).Status.State), () => $"{node} to be {expected}\n{lab.Logs()}");
}
