using System.Text;
using SwarmPS.Daemon.Forwarding;
using SwarmPS.Daemon.Tests.Consensus;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Forwarding;

public sealed class ForwardingTests
{
    [Fact]
    public async Task AWriteOnAnyManager_ReachesTheLeader_AndIsReadWhereItWasWritten()
    {
        await using var cluster = await ManagerCluster.StartAsync(3);
        var follower = await cluster.FollowerAsync();
        for (var i = 0; i < 10; i++)
        {
            var id = (string)(await follower.OkAsync("POST", "/services/create", Service($"s{i}")))!["ID"]!;
            Assert.Equal($"s{i}", (string?)(await follower.OkAsync("GET", $"/services/{id}"))!["Spec"]!["Name"]);
            foreach (var manager in cluster.Running)
            {
                Assert.Equal(id, (string?)(await manager.OkAsync("GET", $"/services/s{i}"))!["ID"]);
                // A plan is made by the manager that is asked, of the same state.
                Assert.Equal(409, (await manager.SendAsync("POST", "/swarmps/plan", Service($"s{i}"))).Status);
            }
        }
        Assert.Equal(10, (await cluster.LeaderAsync()).Store.Current.Services.Count);
    }

    [Fact]
    public async Task NetworksOfTheSwarm_AreMadeAndRemoved_OnAnyManager()
    {
        await using var cluster = await ManagerCluster.StartAsync(2);
        var follower = await cluster.FollowerAsync();
        var id = (string)(await follower.OkAsync("POST", "/networks/create", """{"Name":"back","Driver":"overlay"}"""))!["Id"]!;
        foreach (var manager in cluster.Running)
            Assert.Equal(id, (string?)(await manager.OkAsync("GET", "/networks/back?scope=swarm"))!["Id"]);
        var (status, answer) = await follower.SendAsync("POST", "/networks/create", """{"Name":"back","Driver":"overlay"}""");
        Assert.Equal((409, "network with name back already exists"), (status, (string?)answer!["message"]));
        await follower.OkAsync("DELETE", "/networks/back");
        Assert.Empty((await cluster.LeaderAsync()).Store.Current.Networks.All);
    }

    [Fact]
    public async Task TheLeadersRefusals_ReachTheClient_AsTheyAre()
    {
        await using var cluster = await ManagerCluster.StartAsync(2);
        var follower = await cluster.FollowerAsync();
        await follower.OkAsync("POST", "/services/create", Service("web"));
        var (status, answer) = await follower.SendAsync("POST", "/services/create", Service("web"));
        Assert.Equal(409, status);
        Assert.Contains("name conflicts with an existing object", (string?)answer!["message"]);
        (status, answer) = await follower.SendAsync("POST", "/services/web/update?version=1", Service("web"));
        Assert.Equal((500, SwarmException.OutOfSequenceText), (status, (string?)answer!["message"]));
        (status, _) = await follower.SendAsync("POST", "/services/create", "{");
        Assert.Equal(400, status);
    }

    [Theory]
    [InlineData("secrets", """{"Name":"x","Data":"eA=="}""")]
    [InlineData("configs", """{"Name":"x","Data":"eA=="}""")]
    [InlineData("networks", """{"Name":"x","Driver":"overlay"}""")]
    [InlineData("services", null)]
    public async Task ARemovalThatIsTriedAgain_AnswersAsTheFirstTimeDid(string kind, string? body)
    {
        await using var cluster = await ManagerCluster.StartAsync(2);
        var follower = await cluster.FollowerAsync();
        await follower.OkAsync("POST", $"/{kind}/create", body ?? Service("x"));
        var request = new ForwardedRequest { Id = new(1, 1), Method = "DELETE", Path = $"/{kind}/x", Query = "" };
        var first = await follower.Quorum!.Link.ForwardAsync(request, CancellationToken.None).WaitAsync(ManagerCluster.Deadline);
        Assert.InRange(first.Status, 200, 204);
        var again = await follower.Quorum!.Link.ForwardAsync(request, CancellationToken.None).WaitAsync(ManagerCluster.Deadline);
        Assert.Equal(first.Status, again.Status);
        var other = await follower.Quorum!.Link.ForwardAsync(request with { Id = new(1, 2) }, CancellationToken.None).WaitAsync(ManagerCluster.Deadline);
        Assert.Equal(404, other.Status);
    }

    [Fact]
    public async Task AChangeOfTheJoinTokensThatIsTriedAgain_ChangesThemOnce()
    {
        await using var cluster = await ManagerCluster.StartAsync(2);
        var follower = await cluster.FollowerAsync();
        var version = (ulong)(await follower.OkAsync("GET", "/swarm"))!["Version"]!["Index"]!;
        var store = (await cluster.LeaderAsync()).Store;
        var before = store.Current.Swarm!.JoinTokens!;
        var request = new ForwardedRequest
        {
            Id = new(1, 1),
            Method = "POST",
            Path = "/swarm/update",
            Query = $"?version={version}&rotateWorkerToken=1",
            Headers = new() { ["Content-Type"] = "application/json" },
            Body = Encoding.UTF8.GetBytes("""{"Name":"default"}"""),
        };
        Assert.Equal(200, (await follower.Quorum!.Link.ForwardAsync(request, CancellationToken.None).WaitAsync(ManagerCluster.Deadline)).Status);
        var changed = store.Current.Swarm!.JoinTokens!;
        Assert.NotEqual(before.Worker, changed.Worker);
        Assert.Equal(before.Manager, changed.Manager);
        Assert.Equal(200, (await follower.Quorum!.Link.ForwardAsync(request, CancellationToken.None).WaitAsync(ManagerCluster.Deadline)).Status);
        Assert.Equal(changed, store.Current.Swarm!.JoinTokens);
    }

    [Fact]
    public async Task WritesWhileTheLeaderIsLost_AreMadeOnce_AndAnswered()
    {
        await using var cluster = await ManagerCluster.StartAsync(3);
        var leader = await cluster.LeaderAsync();
        var clients = cluster.Running.Where(manager => manager != leader).ToList();
        using var done = new CancellationTokenSource();
        var written = 0;
        var writers = Enumerable.Range(0, 6).Select(writer => Task.Run(async () =>
        {
            List<string> made = [];
            for (var i = 0; !done.IsCancellationRequested; i++)
            {
                // A name that was made by an earlier try of the same request would be refused with 409.
                made.Add((string)(await clients[writer % 2].OkAsync("POST", "/services/create", Service($"w{writer}-{i}")))!["ID"]!);
                Interlocked.Increment(ref written);
            }
            return made;
        })).ToList();
        await TestCluster.UntilAsync(() => Volatile.Read(ref written) > 30 ? this : null, "nothing is written");
        await ManagerCluster.StopAsync(leader);
        var before = Volatile.Read(ref written);
        await TestCluster.UntilAsync(() => Volatile.Read(ref written) > before + 30 ? this : null, "nothing is written after the leader is lost");
        await done.CancelAsync();
        var made = (await Task.WhenAll(writers)).SelectMany(ids => ids).ToList();
        var state = (await cluster.LeaderAsync()).Store.Current;
        Assert.Equal(made.Order(), state.Services.All.Select(service => service.Id).Order());
    }

    [Fact]
    public async Task WithoutAQuorum_WritesAndReadsAreRefused_SayingWhatToDo()
    {
        await using var cluster = await ManagerCluster.StartAsync(3);
        var left = await cluster.FollowerAsync();
        foreach (var other in cluster.Running.Where(manager => manager != left).ToList())
            await ManagerCluster.StopAsync(other);
        var answers = await Task.WhenAll(left.SendAsync("POST", "/services/create", Service("web")), left.SendAsync("GET", "/services"), left.SendAsync("DELETE", "/services/web"));
        Assert.All(answers, answer =>
        {
            Assert.Equal(503, answer.Status);
            Assert.Contains("The swarm has no leader", (string?)answer.Body!["message"]);
            Assert.Contains("force-new-cluster", (string?)answer.Body!["message"]);
        });
        Assert.Equal(0, left.Store.Current.Services.Count);
        await left.OkAsync("POST", "/swarmps/backup", """{"Passphrase":"a passphrase that is long enough"}""");
    }

    [Fact]
    public async Task AReadOnAManagerThatIsBehind_SeesWhatWasAcknowledgedElsewhere()
    {
        await using var cluster = await ManagerCluster.StartAsync(3);
        var (leader, follower) = (await cluster.LeaderAsync(), await cluster.FollowerAsync());
        for (var i = 0; i < 20; i++)
        {
            await leader.OkAsync("POST", "/services/create", Service($"s{i}"));
            Assert.Equal(i + 1, (await follower.OkAsync("GET", "/services"))!.Count());
        }
    }

    private static string Service(string name) =>
        $$$"""{"Name":"{{{name}}}","TaskTemplate":{"ContainerSpec":{"Image":"busybox"}},"Labels":{"a":"b"} }""";
}
