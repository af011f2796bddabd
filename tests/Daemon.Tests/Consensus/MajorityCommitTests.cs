using System.Collections.Concurrent;
using System.Net;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Consensus;

/// <summary>An entry counts when a majority of the managers has it on the disk, also while one of them is being sent a checkpoint.</summary>
public sealed class MajorityCommitTests
{
    private const int Rounds = 3;
    private static readonly TimeSpan SlowDisk = TimeSpan.FromMilliseconds(60);

    private readonly ConcurrentDictionary<EndPoint, bool> flushing = new();
    private readonly ConcurrentQueue<string> early = new();
    private HashSet<EndPoint> slow = [];
    private bool complete;
    private TestCluster cluster = null!;

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task NothingIsCommitted_ThatAMajorityDoesNotHave_WhileAManagerGetsACheckpoint(int count)
    {
        cluster = new() { Options = Watched };
        await using var ended = cluster;
        await cluster.AddAsync();
        while (cluster.Members.Count < count)
            await cluster.JoinAsync();
        await cluster.PutAsync(new SwarmObject { Id = "swarm", Spec = new() { Raft = new() { SnapshotInterval = 5 } } });
        foreach (var member in cluster.Members)
            await cluster.PutAsync(new Node { Id = member.Subject.NodeId, Spec = new() { Role = NodeRole.Manager } });
        var leader = await cluster.LeaderAsync();
        var followers = cluster.Members.Where(member => member != leader).ToList();
        var behind = followers[0];
        complete = true;
        for (var round = 0; round < Rounds; round++)
        {
            slow = [];
            await TestCluster.StopAsync(behind);
            for (var i = 0; i < 20; i++)
                await cluster.PutAsync(new SwarmTask { Id = $"t{round}-{i}" });
            slow = [.. followers.Skip(2).Select(member => (EndPoint)member.Address)];
            var back = cluster.StartAsync(behind);
            for (var i = 20; i < 40; i++)
                await cluster.PutAsync(new SwarmTask { Id = $"t{round}-{i}" });
            await back;
            slow = [];
            await TestCluster.UntilAsync(() => behind.Node!.LastEntry >= leader.Node!.LastEntry ? this : null, "it did not catch up");
        }
        Assert.Empty(early);
    }

    private RaftNodeOptions Watched(RaftNodeOptions options) => options with
    {
        Flushing = stop => FlushAsync(options.ListenEndPoint, stop),
        Committing = index => Check(options.ListenEndPoint, index),
    };

    private async Task FlushAsync(EndPoint member, CancellationToken stop)
    {
        if (!slow.Contains(member))
            return;
        flushing[member] = true;
        await Task.Delay(SlowDisk, TimeProvider.System, stop);
        flushing[member] = false;
    }

    /// <summary>The leader alone knows of a commit before a majority has the entry, if it errs; a member has what is in its log, but for what its disk has not got yet.</summary>
    private void Check(EndPoint by, long index)
    {
        if (!complete || cluster.Members.FirstOrDefault(member => member.Address.Equals(by))?.Node is not { IsLeader: true })
            return;
        var having = cluster.Running.Count(member => member.Node is { } node && node.LastEntry >= index && !flushing.GetValueOrDefault(member.Address));
        if (having <= cluster.Members.Count / 2)
            early.Enqueue($"{index} by {having}");
    }
}
