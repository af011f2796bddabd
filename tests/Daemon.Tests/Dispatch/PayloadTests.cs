using SwarmPS.Daemon.Dispatch;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Dispatch;

/// <summary>A node gets the secrets and configs that its own tasks name, as long as they name them, and no others.</summary>
public sealed class PayloadTests : IAsyncDisposable
{
    private readonly DispatchHarness swarm = new();

    public ValueTask DisposeAsync() => swarm.DisposeAsync();

    [Fact]
    public async Task FirstMessage_HasWhatTheNodesTasksName_Once()
    {
        await PutSwarmAsync(New("a", ["s1"], ["c1"]), New("b", ["s1"]), New("other", ["s2"], node: "node2"), New("ending", ["s3"]) with { DesiredState = TaskState.Shutdown });
        await using var session = swarm.Open();
        var first = await session.NextAsync();
        Assert.Equal(["c1", "s1"], Ids(first));
        Assert.Equal("data of s1", System.Text.Encoding.UTF8.GetString(first.Payloads.Single(payload => payload.Id == "s1").Data.Bytes));
        Assert.Equal("name of s1", first.Payloads.Single(payload => payload.Id == "s1").Name);
        Assert.DoesNotContain("data of", first.Payloads[0].ToString());
    }

    [Fact]
    public async Task Payloads_ComeWithTheFirstTask_AndGoWithTheLast()
    {
        await PutSwarmAsync();
        await using var session = swarm.Open();
        Assert.Empty((await session.NextAsync()).Payloads);
        await swarm.PutAsync(New("a", ["s1", "s2"]));
        await session.UntilAsync(view => view.Tasks.ContainsKey("a"), "the task a");
        Assert.Equal(["s1", "s2"], session.View.Payloads);
        await swarm.PutAsync(New("b", ["s1"]));
        var second = await session.NextAsync();
        Assert.Equal("b", Assert.Single(second.Tasks).Id);
        Assert.Empty(second.Payloads);
        await swarm.PutAsync(swarm.Found("a")! with { DesiredState = TaskState.Shutdown });
        await session.UntilAsync(view => view.Tasks["a"].DesiredState == TaskState.Shutdown, "that a is to stop");
        Assert.Equal(["s1"], session.View.Payloads);
        await swarm.DeleteAsync(swarm.Found("b")!);
        await session.UntilAsync(view => !view.Tasks.ContainsKey("b"), "that b is gone");
        Assert.Empty(session.View.Payloads);
    }

    [Fact]
    public async Task SecretThatIsGone_IsNotSent_ButOneThatWasSentIsKept()
    {
        await PutSwarmAsync(New("a", ["s1"]));
        await using var session = swarm.Open();
        await session.NextAsync();
        await swarm.DeleteAsync(swarm.Store.Current.Secrets.Find("s1")!);
        await swarm.PutAsync(New("b", ["s1", "nowhere"]));
        var next = await session.NextAsync();
        Assert.Equal("b", Assert.Single(next.Tasks).Id);
        Assert.Empty(next.Payloads);
        Assert.Empty(next.RemovedPayloads);
    }

    [Fact]
    public async Task NextSession_GetsAllAnew()
    {
        await PutSwarmAsync(New("a", ["s1"]));
        await using (var session = swarm.Open())
            Assert.Equal(["s1"], Ids(await session.NextAsync()));
        await using var again = swarm.Open();
        Assert.Equal(["s1"], Ids(await again.NextAsync()));
    }

    private Task PutSwarmAsync(params SwarmTask[] tasks) => swarm.PutAsync(
    [
        new Node { Id = "node1" }, .. new[] { "s1", "s2", "s3" }.Select(id => new Secret { Id = id, Spec = new() { Name = $"name of {id}" }, Data = Data(id) }),
        new Config { Id = "c1", Spec = new() { Name = "conf", Data = Data("c1") } }, .. tasks,
    ]);

    private static Payload Data(string id) => new(System.Text.Encoding.UTF8.GetBytes($"data of {id}"));

    private static IEnumerable<string> Ids(Assignments message) => message.Payloads.Select(payload => payload.Id).Order();

    private static SwarmTask New(string id, string[] secrets, string[]? configs = null, string node = "node1") => new()
    {
        Id = id,
        ServiceId = "s",
        NodeId = node,
        DesiredState = TaskState.Running,
        Status = new() { State = TaskState.Assigned },
        Spec = new()
        {
            ContainerSpec = new()
            {
                Secrets = secrets.Select(secret => new SecretReference { SecretId = secret, SecretName = $"name of {secret}", File = new() { Name = secret } }).ToValueList(),
                Configs = configs?.Select(config => new ConfigReference { ConfigId = config, ConfigName = "conf", File = new() { Name = config } }).ToValueList(),
            },
        },
    };
}
