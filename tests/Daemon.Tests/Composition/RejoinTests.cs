using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Composition;

/// <summary>A manager whose log or state is damaged: it comes back as a new member where the others are a quorum, and not at all elsewhere.</summary>
public sealed class RejoinTests : IAsyncDisposable
{
    private readonly TestNodes nodes = new();

    public ValueTask DisposeAsync() => nodes.DisposeAsync();

    [Theory]
    [InlineData("flipped")]
    [InlineData("truncated")]
    [InlineData("missing")]
    [InlineData("members")]
    public async Task DamagedManager_RejoinsAsANewMember_AsTheSameNode_WhereTheOthersAreAQuorum(string how)
    {
        var (first, second, third) = await ThreeAsync();
        var id = third.Member.NodeId;
        await third.StopAsync();
        Harm(third.Directory, how);
        await third.RestartAsync();
        await TestNodes.UntilAsync(
            () => third.Membership.Member?.Store.Current.Swarm is not null && third.State.Tasks.Find("t1") is not null, () => $"it did not become a manager again: {third.Membership.State} {third.Membership.Error}");
        Assert.Equal(id, third.Member.NodeId);
        Assert.NotEmpty(Directory.GetFileSystemEntries(Assert.Single(Directory.GetDirectories(third.Directory.Root, "damaged-*"))));
        // It counts again: with another one lost, it makes the quorum.
        await TestNodes.UntilAsync(() => first.State.Nodes.Find(id)!.ManagerStatus is { Reachability: Reachability.Reachable }, () => "the leader does not hear from it");
        await second.StopAsync();
        await first.Member.Store.UpdateAsync(tx => tx.Put(new SwarmTask { Id = "t2" }), CancellationToken.None).WaitAsync(TestNodes.Deadline);
        await TestNodes.UntilAsync(() => third.State.Tasks.Find("t2") is not null, () => "it has not got what was written then");
    }

    [Fact]
    public async Task DamagedManager_ThatReachesNoQuorum_Refuses_AndChangesNothing()
    {
        var (first, second, third) = await ThreeAsync();
        foreach (var node in (TestNode[])[third, second, first])
            await node.StopAsync();
        Harm(third.Directory, "flipped");
        var before = Files(third.Directory);
        var refusal = await Assert.ThrowsAsync<SwarmException>(third.RestartAsync);
        Assert.Equal(SwarmErrorCode.FailedPrecondition, refusal.Code);
        Assert.Contains("none is reached", refusal.Message);
        Assert.Contains("Nothing was changed", refusal.Message);
        Assert.Equal(before, Files(third.Directory));
    }

    private async Task<(TestNode First, TestNode Second, TestNode Third)> ThreeAsync()
    {
        var (first, second, third) = (nodes.New("m1"), nodes.New("m2"), nodes.New("m3"));
        await first.InitAsync();
        await second.JoinAsync(first, first.Tokens.Manager);
        await third.JoinAsync(first, first.Tokens.Manager);
        await first.Member.Store.UpdateAsync(tx => tx.Put(new SwarmTask { Id = "t1" }), CancellationToken.None).WaitAsync(TestNodes.Deadline);
        await TestNodes.UntilAsync(() => third.State.Tasks.Find("t1") is not null && third.State.Nodes.Count == 3, () => "the third manager has not got the state");
        return (first, second, third);
    }

    /// <summary>A clean stop leaves a checkpoint, so what it needs of the log is its own small files.</summary>
    private static void Harm(SwarmDirectory directory, string how)
    {
        var state = directory.StateFile;
        switch (how)
        {
            case "flipped":
                var bytes = File.ReadAllBytes(state);
                for (var i = 0; i < bytes.Length; i += 7)
                    bytes[i] ^= 0x55;
                File.WriteAllBytes(state, bytes);
                break;
            case "truncated":
                File.WriteAllBytes(Path.Combine(directory.Raft, "log", "state"), []);
                break;
            case "members":
                File.Delete(Path.Combine(directory.Raft, "members"));
                break;
            default:
                File.Delete(Path.Combine(directory.Raft, "log", "checkpoint"));
                break;
        }
    }

    private static List<string> Files(SwarmDirectory directory) =>
        [.. Directory.GetFiles(directory.Root, "*", SearchOption.AllDirectories).Where(file => !Path.GetFileName(file).StartsWith("agent.db", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
