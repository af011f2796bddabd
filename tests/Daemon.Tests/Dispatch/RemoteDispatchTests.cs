using Microsoft.Extensions.Logging.Abstractions;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Daemon.Security;
using SwarmPS.Daemon.Tests.Rpc;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Dispatch;

/// <summary>Sessions over mutual TLS.</summary>
public sealed class RemoteDispatchTests : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly NodeSubject Worker = new("worker1", NodeRole.Worker, RpcHarness.SwarmId);

    private readonly RpcHarness swarm = new();
    private readonly CancellationTokenSource stop = new();
    private readonly string folder = Directory.CreateTempSubdirectory("swarmps-test-").FullName;
    private readonly List<Task> loops = [];
    private Task leading = Task.CompletedTask;
    private CancellationTokenSource term = new();
    private Dispatcher dispatcher = null!;
    private Heartbeat? heartbeat;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        foreach (var loop in loops.Append(leading))
            await loop.ContinueWith(_ => { }, TaskScheduler.Default);
        await swarm.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Session_BringsTerms_Assignments_AndTakesStatuses()
    {
        await BeginAsync();
        await swarm.PutAsync(New("a"));
        var managers = Managers();
        await using var session = Open(managers);
        var first = await session.NextAsync();
        Assert.True(first.Complete);
        Assert.Equal("a", Assert.Single(first.Tasks).Id);
        Assert.Equal(new ManagerAddress("manager1", swarm.Address), Assert.Single(ManagerList.Load(PathOfManagers).Known));
        Assert.Equal((NodeState.Ready, "127.0.0.1", "w"), (Node.Status.State, Node.Status.Addr, Node.Description!.Hostname));
        await swarm.PutAsync(New("b"));
        Assert.Equal("b", Assert.Single((await session.NextAsync()).Tasks).Id);
        await session.ReportAsync("b", new() { State = TaskState.Running, Message = "started" });
        Assert.Equal(TaskState.Running, swarm.Store.Current.Tasks.Find("b")!.Status.State);
    }

    [Fact]
    public async Task ManyTasks_ComeInParts_AndAreWholeAgain()
    {
        await BeginAsync();
        var tasks = Enumerable.Range(0, (DispatcherService.TasksMax * 2) + 1).Select(i => New($"t{i}")).ToArray();
        await swarm.PutAsync([.. tasks]);
        await using var session = Open(Managers());
        var first = await session.NextAsync();
        Assert.True(first.Complete);
        Assert.Equal(tasks.Select(task => task.Id).Order(), first.Tasks.Select(task => task.Id).Order());
    }

    [Fact]
    public void MessagesThatAreCut_SayOnceWhatHoldsForAll()
    {
        var many = new Assignments(true, [.. Enumerable.Range(0, DispatcherService.TasksMax + 1).Select(i => New($"t{i}"))], ["gone"])
        {
            Payloads = [.. Enumerable.Range(0, 3).Select(i => new AssignedPayload($"s{i}", $"s{i}", new(new byte[3 << 20])))],
            RemovedPayloads = ["old"],
        };
        var messages = DispatcherService.Messages(many).ToList();
        Assert.Equal([true, true, true, true, false], messages.Select(message => message.More));
        Assert.Equal([true, false, false, false, false], messages.Select(message => message.Assignments!.Complete));
        Assert.Equal(["gone"], messages.SelectMany(message => message.Assignments!.Removed));
        Assert.Equal(["old"], messages.SelectMany(message => message.Assignments!.RemovedPayloads));
        Assert.Equal(["s0", "s1", "s2"], messages.SelectMany(message => message.Assignments!.Payloads).Select(payload => payload.Id));
    }

    [Fact]
    public async Task Secret_ComesWithTheTaskThatNamesIt()
    {
        await BeginAsync();
        var secret = new Secret { Id = "secret1", Spec = new() { Name = "password" }, Data = new([1, 2, 3]) };
        await swarm.PutAsync(secret, New("a") with { Spec = new() { ContainerSpec = new() { Secrets = [new() { SecretId = "secret1", SecretName = "password" }] } } });
        await using var session = Open(Managers());
        var payload = Assert.Single((await session.NextAsync()).Payloads);
        Assert.Equal(("secret1", "password", new Payload([1, 2, 3])), (payload.Id, payload.Name, payload.Data));
    }

    [Fact]
    public async Task PromotedNode_HearsOfIt()
    {
        await BeginAsync();
        List<NodeRole> heard = [];
        await using var session = new DispatchHarness.Session(Remote(Managers(), TimeProvider.System, heard.Add), new() { Hostname = "w" });
        await session.NextAsync();
        await swarm.PutAsync(Node with { Spec = new() { Role = NodeRole.Manager } });
        await swarm.PutAsync(New("a"));
        await session.NextAsync();
        await UntilAsync(() => heard.LastOrDefault() is NodeRole.Manager, () => { });
        Assert.Equal(NodeRole.Worker, heard[0]);
    }

    [Fact]
    public void PayloadsThatAreTooMuch_AreCut_AndComeBeforeTheTasks()
    {
        var half = new byte[DispatcherService.PayloadBytesMax / 2];
        var many = new Assignments(true, [New("t")], ["gone"]) { Payloads = [.. Enumerable.Range(0, 3).Select(i => new AssignedPayload($"p{i}", "", new(half)))], RemovedPayloads = ["old"] };
        var messages = DispatcherService.Messages(many).ToList();
        Assert.Equal([true, true, false], messages.Select(message => message.More));
        Assert.Equal([2, 1, 0], messages.Select(message => message.Assignments!.Payloads.Count));
        Assert.Equal([0, 0, 1], messages.Select(message => message.Assignments!.Tasks.Count));
        Assert.Equal([true, false, false], messages.Select(message => message.Assignments!.Complete));
        Assert.Equal(["gone", "old"], messages.SelectMany(message => message.Assignments!.Removed.Concat(message.Assignments.RemovedPayloads)));
    }

    [Fact]
    public async Task Payloads_ReachANodeOnAnotherMachine_WholeAndByteForByte()
    {
        await BeginAsync();
        var data = Enumerable.Range(0, 900_000).Select(i => (byte)i).ToArray();
        var ids = Enumerable.Range(0, 6).Select(i => $"c{i}").ToList();
        await swarm.PutAsync([.. ids.Select(id => new Config { Id = id, Spec = new() { Name = id, Data = new(data) } })]);
        await swarm.PutAsync(New("t") with { Spec = new() { ContainerSpec = new() { Configs = ids.Select(id => new ConfigReference { ConfigId = id, ConfigName = id, File = new() { Name = id } }).ToValueList() } } });
        await using var session = Open(Managers());
        var first = await session.NextAsync();
        Assert.Equal(ids, first.Payloads.Select(payload => payload.Id).Order());
        Assert.All(first.Payloads, payload => Assert.Equal(new Payload(data), payload.Data));
        Assert.Equal("t", Assert.Single(first.Tasks).Id);
    }

    [Fact]
    public async Task NodeThatFallsSilent_IsDownAfterTheHeartbeatPeriod_ThoughItsConnectionStands()
    {
        await BeginAsync();
        var frozen = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        await using var session = Open(Managers(), frozen);
        await session.NextAsync();
        swarm.Clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Equal(NodeState.Ready, Node.Status.State);
        await UntilAsync(() => Node.Status.State is NodeState.Down, () => swarm.Clock.Advance(TimeSpan.FromSeconds(0.1)));
        Assert.Contains("heard", (await session.FaultAsync()).Message);
    }

    [Fact]
    public async Task NodeThatBeats_StaysReady_HoweverLong()
    {
        await BeginAsync(new() { DownAfter = TimeSpan.FromMilliseconds(500) });
        await using var session = Open(Managers());
        await session.NextAsync();
        var proposals = swarm.Proposals;
        for (var i = 0; i < 15; i++)
        {
            swarm.Clock.Advance(TimeSpan.FromMilliseconds(400));
            await UntilAsync(() => heartbeat!.Last == swarm.Clock.GetUtcNow(), () => { });
        }
        Assert.Equal((NodeState.Ready, proposals), (Node.Status.State, swarm.Proposals));
    }

    [Fact]
    public async Task EndOfTheTerm_EndsTheSession_AndTheNextLeaderIsFound()
    {
        await BeginAsync();
        await using var session = Open(Managers());
        await session.NextAsync();
        await StopLeadingAsync();
        Assert.Equal(SwarmErrorCode.Unavailable, (await session.FaultAsync()).Code);
        swarm.IsLeader = false;
        await using (var refused = Open(Managers()))
            Assert.Contains("knows of no leader", (await refused.FaultAsync()).Message);
        Lead();
        await using var again = Open(Managers());
        Assert.True((await again.NextAsync()).Complete);
    }

    [Fact]
    public async Task RemovedNode_LosesItsSession_AndMayNotOpenAnother()
    {
        await BeginAsync();
        await using var session = Open(Managers());
        await session.NextAsync();
        await swarm.Store.UpdateAsync(tx => tx.Delete(tx.View.Nodes.Find("worker1")!), stop.Token);
        await session.FaultAsync();
        await using var again = Open(Managers());
        var refused = await again.FaultAsync();
        Assert.Equal(SwarmErrorCode.PermissionDenied, refused.Code);
        Assert.Contains("was removed", refused.Message);
    }

    [Fact]
    public async Task Reconnect_OpensTheSessionAnew_WithoutAnEnd()
    {
        await BeginAsync();
        await swarm.PutAsync(New("a"));
        var remote = Remote(Managers(), TimeProvider.System);
        await using var session = new DispatchHarness.Session(remote, new() { Hostname = "w" });
        await session.NextAsync();
        remote.Reconnect();
        Assert.True((await session.NextAsync()).Complete);
        Assert.Equal(NodeState.Ready, Node.Status.State);
        await session.ReportAsync("a", new() { State = TaskState.Running });
    }

    private Node Node => swarm.Store.Current.Nodes.Find("worker1")!;

    private string PathOfManagers => Path.Combine(folder, "managers.json");

    private static SwarmTask New(string id) => new() { Id = id, NodeId = "worker1", Status = new() { State = TaskState.Assigned }, DesiredState = TaskState.Running };

    private static async Task UntilAsync(Func<bool> condition, Action step)
    {
        using var late = new CancellationTokenSource(Deadline);
        while (!condition())
        {
            Assert.False(late.IsCancellationRequested, "it did not come to pass");
            step();
            await Task.Yield();
        }
    }

    private async Task BeginAsync(DispatcherOptions? options = null)
    {
        options ??= new();
        dispatcher = new(swarm.Store, options, swarm.Clock, NullLogger.Instance);
        var terms = new TermsWatch(swarm.Store, options);
        loops.Add(terms.RunAsync(stop.Token));
        await swarm.ListenAsync(new DispatcherService(dispatcher, terms, swarm.Clock) { NewHeartbeat = time => heartbeat = new(time) });
        await swarm.PutAsync(
            new SwarmObject { Id = RpcHarness.SwarmId },
            new Node { Id = "manager1", Spec = new() { Role = NodeRole.Manager }, ManagerStatus = new() { Addr = swarm.Address }, Status = new() { State = NodeState.Down } },
            new Node { Id = "worker1", Spec = new() { Role = NodeRole.Worker } });
        await UntilAsync(() => terms.Present.Terms.Managers.Count == 1, () => { });
        Lead();
    }

    private void Lead()
    {
        swarm.IsLeader = true;
        term = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        leading = dispatcher.RunAsync(term.Token);
    }

    private async Task StopLeadingAsync()
    {
        await term.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leading);
    }

    private ManagerList Managers()
    {
        var managers = ManagerList.Load(PathOfManagers);
        managers.Leads(swarm.Address);
        return managers;
    }

    private DispatchHarness.Session Open(ManagerList managers, TimeProvider? clock = null) => new(Remote(managers, clock ?? TimeProvider.System), new() { Hostname = "w" });

    private RemoteDispatcher Remote(ManagerList managers, TimeProvider clock, Action<NodeRole>? hear = null) =>
        new(swarm.Channels(Worker), managers, null, clock, NullLogger.Instance) { RoleWanted = hear };
}
