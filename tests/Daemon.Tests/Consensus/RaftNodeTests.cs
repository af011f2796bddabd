using System.Diagnostics;
using System.Text;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Consensus;

public sealed class RaftNodeTests
{
    [Fact]
    public async Task ASingleManager_LeadsAtOnce_AndWrites()
    {
        var began = Stopwatch.GetTimestamp();
        await using var manager = await TestManager.StartAsync(TestManager.NewDirectory());
        await manager.PutAsync(new Node { Id = "n1" });
        Assert.True(manager.Node.IsLeader);
        Assert.Equal(1UL, manager.Store.Current.Nodes.Find("n1")!.Version.Index);
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task ARestart_BringsBackWhatWasWritten()
    {
        var directory = TestManager.NewDirectory();
        var first = await TestManager.StartAsync(directory);
        for (var i = 0; i < 20; i++)
            await first.PutAsync(new SwarmTask { Id = $"t{i}", ServiceId = "s" });
        await first.Store.UpdateAsync(tx => tx.Delete(tx.View.Tasks.Find("t3")!), CancellationToken.None);
        await first.Node.StopAsync();
        var before = first.Store.Current;

        await using var second = await TestManager.StartAsync(directory);
        var after = second.Store.Current;
        Assert.Equal(before.Version, after.Version);
        Assert.Equal(before.AllObjects().OrderBy(o => o.Id), after.AllObjects().OrderBy(o => o.Id));
        Assert.Equal(before.RecentRequests(), after.RecentRequests());
        Assert.Equal(19, after.TasksOfService("s").Count);
    }

    [Fact]
    public async Task ManyWriters_AllSucceed_InOneOrder()
    {
        await using var manager = await TestManager.StartAsync(TestManager.NewDirectory());
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => manager.Store.UpdateAsync(
            tx => tx.Put(new Service { Id = "counter", SpecVersion = (tx.View.Services.Find("counter")?.SpecVersion ?? 0) + 1 }),
            CancellationToken.None))).WaitAsync(TestManager.Deadline);
        Assert.Equal(200UL, manager.Store.Current.Services.Find("counter")!.SpecVersion);
        Assert.Equal(200UL, manager.Store.Current.Version);
    }

    [Fact]
    public async Task AnEntryOnAnOldState_IsVoid_AndChangesNothing()
    {
        await using var manager = await TestManager.StartAsync(TestManager.NewDirectory());
        await manager.PutAsync(new Node { Id = "n1" });
        var stale = new StoreProposal(0, [new(new(9, 9), new(1), [StoreChange.Put(new Node { Id = "n2" })])]);
        await Assert.ThrowsAsync<VoidProposalException>(() => manager.Node.ProposeAsync(stale, CancellationToken.None));
        Assert.Null(manager.Store.Current.Nodes.Find("n2"));
        await manager.PutAsync(new Node { Id = "n3" });
        Assert.Equal(2UL, manager.Store.Current.Version);
    }

    [Fact]
    public async Task ARequest_IsAppliedOnce_ThoughProposedTwice()
    {
        var directory = TestManager.NewDirectory();
        var manager = await TestManager.StartAsync(directory);
        var command = new StoreCommand(new(9, 9), new(1), [StoreChange.Put(new Node { Id = "n1", Version = new(1) })]);
        await manager.Node.ProposeAsync(new(0, [command]), CancellationToken.None);
        await manager.PutAsync(new Node { Id = "n1", Spec = new() { Name = "renamed" } });
        await manager.Node.ProposeAsync(new(2, [command]), CancellationToken.None);
        Assert.Equal(2UL, manager.Store.Current.Version);
        await manager.Node.StopAsync();

        await using var again = await TestManager.StartAsync(directory);
        await again.Node.ProposeAsync(new(2, [command]), CancellationToken.None);
        Assert.Equal("renamed", again.Store.Current.Nodes.Find("n1")!.Spec.Name);
        Assert.Equal(2UL, again.Store.Current.Version);
    }

    [Fact]
    public async Task WhatIsOnTheDisk_IsSealed()
    {
        var directory = TestManager.NewDirectory();
        await using var manager = await TestManager.StartAsync(directory);
        await manager.PutAsync(new Service { Id = "s1", Spec = new() { Name = "known-plaintext-name" } });
        await manager.Node.StopAsync();
        foreach (var file in Directory.EnumerateFiles(directory.Root, "*", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain("known-plaintext", Encoding.Latin1.GetString(File.ReadAllBytes(file)));
            Assert.DoesNotContain("TaskTemplate", Encoding.Latin1.GetString(File.ReadAllBytes(file)));
        }
    }

    [Fact]
    public async Task ATooLargeChange_IsRefused_AndTheNextGoesThrough()
    {
        await using var manager = await TestManager.StartAsync(TestManager.NewDirectory());
        var name = new string('x', RaftNode.EntryBytesMax);
        var refusal = await Assert.ThrowsAsync<SwarmException>(() => manager.PutAsync(new Node { Id = "n1", Spec = new() { Name = name } }));
        Assert.Equal(SwarmErrorCode.InvalidArgument, refusal.Code);
        await manager.PutAsync(new Node { Id = "n2" });
        Assert.Null(manager.Store.Current.Nodes.Find("n1"));
    }

    [Fact]
    public async Task ALeadersWorkThatFails_MakesItStepDown_AndBeginAnew()
    {
        var begun = 0;
        var again = new TaskCompletionSource();
        await using var manager = await TestManager.StartAsync(TestManager.NewDirectory(), options => options with
        {
            ElectionTimeoutMin = TimeSpan.FromMilliseconds(150),
            ElectionTimeoutMax = TimeSpan.FromMilliseconds(300),
            WhileLeading = stop =>
            {
                if (Interlocked.Increment(ref begun) == 1)
                    throw new InvalidOperationException("a loop failed");
                again.TrySetResult();
                return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
            },
        });
        await again.Task.WaitAsync(TestManager.Deadline);
        await manager.PutAsync(new Node { Id = "n1" });
        Assert.Equal(2, begun);
    }

    [Fact]
    public async Task AStoppedManager_RefusesChanges()
    {
        await using var manager = await TestManager.StartAsync(TestManager.NewDirectory());
        await manager.Node.StopAsync();
        var proposal = new StoreProposal(0, [new(new(9, 9), new(1), [StoreChange.Put(new Node { Id = "n1" })])]);
        var refusal = await Assert.ThrowsAsync<SwarmException>(() => manager.Node.ProposeAsync(proposal, CancellationToken.None));
        Assert.Equal(SwarmErrorCode.Unavailable, refusal.Code);
        Assert.True(manager.Node.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task AManagerThatIsNoMember_KeepsItsLog_AndNamesItsAddressAndTheMembers()
    {
        var directory = TestManager.NewDirectory();
        var manager = await TestManager.StartAsync(directory);
        await manager.Node.StopAsync();
        await using var moved = await TestManager.StartAsync(directory, options => options with { PublicEndPoint = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 9999) });
        Assert.False(moved.Node.IsMember);
        var refusal = await Assert.ThrowsAsync<SwarmException>(() => moved.Node.ReadBarrierAsync(CancellationToken.None));
        Assert.Equal(SwarmErrorCode.Unavailable, refusal.Code);
        Assert.Contains("127.0.0.1:2378", refusal.Message);
        Assert.Contains("127.0.0.1:9999", refusal.Message);
    }

    [Fact]
    public async Task AnAddressInUse_IsNamed()
    {
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var taken = (System.Net.IPEndPoint)other.LocalEndpoint;
        var refusal = await Assert.ThrowsAsync<SwarmException>(() =>
            TestManager.StartAsync(TestManager.NewDirectory(), options => options with { ListenEndPoint = taken }));
        Assert.Contains(taken.ToString(), refusal.Message);
        Assert.Equal(SwarmErrorCode.Unavailable, refusal.Code);
    }
}
