using SwarmPS.Daemon.Consensus;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Consensus;

public sealed class ClusterTests
{
    [Fact]
    public async Task AJoiningMember_GetsTheCheckpointAndTheEntriesAfterIt()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var first = cluster.Members[0];
        await cluster.PutAsync(new SwarmObject { Id = "swarm", Spec = new() { Raft = new() { SnapshotInterval = 5 } } });
        foreach (var manager in new[] { "node1", "node2" })
            await cluster.PutAsync(new Node { Id = manager, Spec = new() { Role = NodeRole.Manager } });
        for (var i = 0; i < 40; i++)
            await cluster.PutAsync(new SwarmTask { Id = $"t{i}", ServiceId = "s" });
        await first.Node!.StopAsync();
        await cluster.StartAsync(first);
        for (var i = 40; i < 43; i++)
            await cluster.PutAsync(new SwarmTask { Id = $"t{i}", ServiceId = "s" });

        var second = await cluster.JoinAsync();
        await cluster.AgreedAsync();
        Assert.Equal(43, second.Store.Current.TasksOfService("s").Count);
        Assert.Equal(first.Store.Current.AllObjects().OrderBy(o => o.Id), second.Store.Current.AllObjects().OrderBy(o => o.Id));
        await TestCluster.UntilAsync(() => second.Node!.Members.Count == 2 ? this : null, "the new member does not know the others");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public async Task ALeaderThatStops_IsReplaced_AndNothingAcknowledgedIsLostOrMadeTwice(int count)
    {
        await using var cluster = await TestCluster.StartAsync(count);
        await cluster.PutAsync(new Service { Id = "counter" });
        using var done = new CancellationTokenSource();
        var (acknowledged, attempted) = (0, 0);
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; !done.IsCancellationRequested; i++)
            {
                Interlocked.Increment(ref attempted);
                await cluster.PutAsync(new SwarmTask { Id = $"t{writer}-{i}", ServiceId = "counter" });
                Interlocked.Increment(ref acknowledged);
            }
        })).ToList();
        for (var round = 0; round < 3; round++)
        {
            var (leader, before) = (await cluster.LeaderAsync(), Volatile.Read(ref acknowledged));
            await TestCluster.UntilAsync(() => Volatile.Read(ref acknowledged) > before + 10 ? this : null, "nothing is acknowledged");
            await TestCluster.StopAsync(leader);
            before = Volatile.Read(ref acknowledged);
            await TestCluster.UntilAsync(() => Volatile.Read(ref acknowledged) > before + 10 ? this : null, "nothing is acknowledged after the leader stopped");
            await cluster.StartAsync(leader);
        }
        await done.CancelAsync();
        await Task.WhenAll(writers);
        await cluster.AgreedAsync();
        foreach (var member in cluster.Running)
        {
            Assert.InRange(member.Store.Current.Tasks.Count, acknowledged, attempted);
            Assert.Equal((ulong)member.Store.Current.Tasks.Count + 1, member.Store.Current.Version);
        }
    }

    [Fact]
    public async Task WhomTheOthersHearOfAsTheLeader_SaysThatItLeads()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        await TestCluster.UntilAsync(() => cluster.Running.All(member => member.Node!.Members.Count == 3) ? this : null, "a member does not know the others");
        for (var lost = 0; lost < 3; lost++)
        {
            var old = await cluster.LeaderAsync();
            await TestCluster.StopAsync(old);
            // Its own entry may not be committed yet when the other hears of it.
            var elected = await TestCluster.UntilAsync(
                () => cluster.Running.Select(hears => cluster.Running.FirstOrDefault(member => member != hears && member.Address.Equals(hears.Node!.Leader))).OfType<TestMember>().FirstOrDefault(),
                "nobody hears of a leader");
            Assert.True(await elected.Node!.LeadsAsync(CancellationToken.None).WaitAsync(TestCluster.Deadline));
            Assert.False(await cluster.Running.Single(member => member != elected).Node!.LeadsAsync(CancellationToken.None).WaitAsync(TestCluster.Deadline));
            await cluster.StartAsync(old);
            await cluster.AgreedAsync();
        }
    }

    [Fact]
    public async Task ARequest_IsAppliedOnce_ThoughProposedByTwoLeaders()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var command = new StoreCommand(new(9, 9), new(1), [StoreChange.Put(new Node { Id = "n1", Version = new(1) })]);
        var old = await cluster.LeaderAsync();
        await old.Node!.ProposeAsync(new(0, [command]), CancellationToken.None).WaitAsync(TestCluster.Deadline);
        await TestCluster.StopAsync(old);
        var leader = await cluster.LeaderAsync();
        await TestCluster.UntilAsync(() => leader.Store.Current.Version == 1 ? this : null, "the entry is not applied");
        await leader.Node!.ProposeAsync(new(1, [command]), CancellationToken.None).WaitAsync(TestCluster.Deadline);
        Assert.Equal(1UL, leader.Store.Current.Version);
    }

    [Fact]
    public async Task AReturningMember_CausesNoElection_AndCatchesUp()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var leader = await cluster.LeaderAsync();
        var term = leader.Node!.Term;
        var absent = cluster.Running.First(member => member != leader);
        await TestCluster.StopAsync(absent);
        for (var i = 0; i < 50; i++)
            await cluster.PutAsync(new SwarmTask { Id = $"t{i}" });
        await cluster.StartAsync(absent);
        await cluster.AgreedAsync();
        Assert.Equal(50, absent.Store.Current.Tasks.Count);
        Assert.True(leader.Node.IsLeader);
        Assert.Equal(term, leader.Node.Term);
    }

    [Fact]
    public async Task AMinority_RefusesChangesAndReads_AndSaysWhyAndWhatToDo()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var leader = await cluster.LeaderAsync();
        foreach (var other in cluster.Running.Where(member => member != leader).ToList())
            await TestCluster.StopAsync(other);
        using var late = new CancellationTokenSource(TestCluster.Deadline);
        var refusal = await Assert.ThrowsAsync<SwarmException>(async () => await leader.Node!.ReadBarrierAsync(late.Token));
        Assert.Equal(SwarmErrorCode.Unavailable, refusal.Code);
        await TestCluster.UntilAsync(() => leader.Node!.IsLeader ? null : this, "a leader without a quorum goes on leading");
        refusal = await Assert.ThrowsAsync<SwarmException>(() => leader.Node!.ProposeAsync(new(leader.Store.Current.Version, []), late.Token));
        Assert.Contains("has no leader", refusal.Message);
        Assert.Contains("1 of 3 managers", refusal.Message);
        Assert.Contains("-ForceNewCluster", refusal.Message);
    }

    [Fact]
    public async Task AMemberThatLostItsLog_DoesNotStart_ForItWouldVoteAgain()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var wiped = cluster.Running.First(member => !member.Node!.IsLeader);
        await TestCluster.StopAsync(wiped);
        Directory.Delete(wiped.Directory.Raft, recursive: true);
        wiped.Directory.Create();
        foreach (var file in Directory.EnumerateFiles(wiped.Directory.Root, "state.db*"))
            File.Delete(file);
        var refusal = await Assert.ThrowsAsync<SwarmException>(() => cluster.StartAsync(wiped));
        Assert.Equal(SwarmErrorCode.FailedPrecondition, refusal.Code);
        Assert.Contains("join again", refusal.Message);
    }

    [Fact]
    public async Task AMemberOfSeveral_StartsWithoutWaitingForAQuorum()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        foreach (var member in cluster.Running.ToList())
            await TestCluster.StopAsync(member);
        // The others never come.
        await cluster.StartAsync(cluster.Members[1]).WaitAsync(TestCluster.Deadline);
        Assert.False(cluster.Members[1].Node!.IsLeader);
    }

    /// <summary>How long that takes is measured by <c>bench cluster</c>.</summary>
    [Fact]
    public async Task LeaderGone_AgainAndAgain_TheOthersAcceptWrites_AndItComesBack()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        for (var round = 0; round < 5; round++)
        {
            var leader = await cluster.LeaderAsync();
            await cluster.PutAsync(new SwarmTask { Id = $"before{round}" });
            await cluster.AgreedAsync();
            // Nothing is said to the others, as when the machine is gone.
            await TestCluster.StopAsync(leader);
            await cluster.PutAsync(new SwarmTask { Id = $"after{round}" });
            await cluster.StartAsync(leader);
            await cluster.AgreedAsync();
        }
        Assert.All(cluster.Members, member => Assert.Equal(10, member.Store.Current.Tasks.All.Count()));
    }

    [Fact]
    public async Task ARemovedManagersConnections_AreBroken_AndNewOnesRefused()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        await cluster.PutAsync(new SwarmObject { Id = TestCluster.SwarmId });
        foreach (var member in cluster.Members)
            await cluster.PutAsync(new Node { Id = member.Subject.NodeId, Spec = new() { Role = NodeRole.Manager } });
        var leads = await cluster.LeaderAsync();
        var removed = cluster.Running.First(member => member != leads);
        // The library itself would go on with it: it is still a member.
        await cluster.UpdateAsync(tx =>
        {
            if (tx.View.Nodes.Find(removed.Subject.NodeId) is { } node)
                tx.Delete(node);
        });
        await TestCluster.UntilAsync(
            () => cluster.Running.FirstOrDefault(member => member != removed && member.Node!.IsLeader && !member.Node.Reachable[removed.Address]), "the removed manager is still reached");
        await cluster.PutAsync(new SwarmTask { Id = "t1" });
        Assert.Null(removed.Store.Current.Tasks.Find("t1"));
        await cluster.OnLeaderAsync((leader, stop) => leader.Node!.RemoveMemberAsync(removed.Address, stop));
        await TestCluster.UntilAsync(() => cluster.Running.FirstOrDefault(member => member.Node!.IsLeader && member.Node.Members.Count == 2), "the removed manager is still a member");
    }

    [Fact]
    public async Task AWorkersCertificate_DoesNotMakeAMember()
    {
        await using var cluster = await TestCluster.StartAsync(1);
        var worker = await cluster.AddAsync(NodeRole.Worker);
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await Assert.ThrowsAnyAsync<Exception>(() => cluster.Leader.Node!.AddMemberAsync(worker.Address, late.Token));
        Assert.Single(cluster.Leader.Node!.Members);
    }
}
