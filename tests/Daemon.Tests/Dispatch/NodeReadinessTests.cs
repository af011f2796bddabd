using SwarmPS.Daemon.Dispatch;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Dispatch;

/// <summary>When a node counts as ready.</summary>
public sealed class NodeReadinessTests : IAsyncDisposable
{
    private static readonly NodeCondition Answers = new() { EngineAnswers = true };

    private readonly DispatchHarness swarm = new();
    private readonly ConditionSource condition = new();

    public ValueTask DisposeAsync() => swarm.DisposeAsync();

    [Fact]
    public async Task Node_IsReady_WhenItsEngineAnswers_AndItHasAppliedWhatItWasTold()
    {
        await swarm.PutAsync(new Node { Id = "node1" });
        await using var session = swarm.Open(condition: condition);
        await session.UntilAsync(view => view.Confirm != 0, "what to confirm");
        await StatusIsAsync(NodeState.Unknown, "engine", isConnected: false);
        condition.Set(Answers);
        await StatusIsAsync(NodeState.Unknown, "applies its networks", isConnected: false);
        condition.Set(Answers with { Confirmed = session.View.Confirm });
        await StatusIsAsync(NodeState.Ready, null, isConnected: true);
        Assert.Equal("10.0.0.7", swarm.Node().Status.Addr);
    }

    [Fact]
    public async Task WhatAnEarlierSessionConfirmed_DoesNotCount()
    {
        await swarm.PutAsync(new Node { Id = "node1", Status = new() { State = NodeState.Down } });
        condition.Set(Answers with { Confirmed = 7 });
        await using var session = swarm.Open(condition: condition);
        await session.UntilAsync(view => view.Confirm != 0, "what to confirm");
        await StatusIsAsync(NodeState.Unknown, "applies its networks", isConnected: false);
        condition.Set(Answers with { Confirmed = session.View.Confirm });
        await StatusIsAsync(NodeState.Ready, null, isConnected: true);
    }

    [Fact]
    public async Task NodeWhoseDaemonGoesOn_StaysReady_WithItsNextSession()
    {
        await swarm.PutAsync(new Node { Id = "node1", Status = new() { State = NodeState.Ready } });
        condition.Set(Answers with { Confirmed = 7 });
        using var feed = swarm.Store.Feed.Subscribe(ObjectKind.Node);
        feed.TryNext();
        await using var session = swarm.Open(condition: condition);
        await session.UntilAsync(view => view.Confirm != 0, "what to confirm");
        Assert.Equal(NodeState.Ready, swarm.Node().Status.State);
        condition.Set(Answers with { Confirmed = session.View.Confirm });
        await swarm.PutAsync(swarm.Node() with { Spec = new() { Name = "settled" } });
        var changes = (await feed.NextAsync(CancellationToken.None)).Changes;
        Assert.Equal("settled", ((Node)changes[^1].New!).Spec.Name);
        Assert.All(changes, change => Assert.Equal(NodeState.Ready, ((Node)change.New!).Status.State));
    }

    [Fact]
    public async Task NodeWhoseDaemonWasStartedAgain_IsNotReady_BeforeItHasLooked()
    {
        await swarm.PutAsync(new Node { Id = "node1", Status = new() { State = NodeState.Ready } });
        await using var session = swarm.Open(condition: condition);
        await session.NextAsync();
        await StatusIsAsync(NodeState.Unknown, "engine", isConnected: false);
    }

    [Fact]
    public async Task LostEngine_AndItsReturn_ChangeTheStatus()
    {
        await using var session = await OpenReadyAsync();
        condition.Set(condition.Present.Condition with { EngineAnswers = false });
        await StatusIsAsync(NodeState.Unknown, "engine", isConnected: false);
        condition.Set(condition.Present.Condition with { EngineAnswers = true });
        await StatusIsAsync(NodeState.Ready, null, isConnected: true);
    }

    [Fact]
    public async Task NetworksThatCannotBeApplied_AreTheNodesMessage_AndLeaveItConnected()
    {
        await using var session = await OpenReadyAsync();
        condition.Set(condition.Present.Condition with { Fault = "nft: not found", Unapplied = ["back"] });
        await StatusIsAsync(NodeState.Unknown, "nft: not found", isConnected: true);
        Assert.Equal(["back"], swarm.Node().Status.Unapplied!);
        condition.Set(condition.Present.Condition with { Fault = null, Unapplied = [] });
        await StatusIsAsync(NodeState.Ready, null, isConnected: true);
        Assert.Null(swarm.Node().Status.Unapplied);
    }

    [Fact]
    public async Task NodeThatIsDown_HasNothingLeftOfItsFault()
    {
        var session = await OpenReadyAsync();
        condition.Set(condition.Present.Condition with { Fault = "nft: not found", Unapplied = [] });
        await StatusIsAsync(NodeState.Unknown, "nft", isConnected: true);
        await session.DisposeAsync();
        await swarm.NodeBecomesAsync(NodeState.Down, TimeSpan.FromSeconds(1));
        Assert.False(swarm.Node().Status.IsConnected);
    }

    [Fact]
    public async Task NodeWithoutAnAddressInTheIngressNetwork_IsAskedWhenItHasOne_AndTakesOtherTasksUntilThen()
    {
        await swarm.PutAsync(new Network { Id = "ingress", Spec = new() { Ingress = true }, IPAMOptions = new() { Configs = [new("10.0.0.0/24")] } }, new Node { Id = "node1" });
        condition.Set(Answers);
        await using var session = swarm.Open(condition: condition);
        await session.NextAsync();
        await StatusIsAsync(NodeState.Unknown, "waits for an address", isConnected: true);
        Assert.Equal(["ingress"], swarm.Node().Status.Unapplied!);
        Assert.Equal(0ul, session.View.Confirm);
        await swarm.Store.UpdateAsync(tx => tx.Put(tx.View.Nodes.Find("node1")! with { Gateways = [new("ingress", "10.0.0.2")] }), CancellationToken.None);
        await session.UntilAsync(view => view.Confirm != 0, "what to confirm");
        Assert.True(session.View.Networks.ContainsKey("ingress"));
        condition.Set(Answers with { Confirmed = session.View.Confirm });
        await StatusIsAsync(NodeState.Ready, null, isConnected: true);
    }

    [Fact]
    public async Task Confirmation_IsAskedForTogetherWithItsNetworks_EvenBeforeTheSessionIsMarkedForThem()
    {
        var picture = new NetworkPicture();
        var node = new Node { Id = "node1" };
        picture.Reset(Snapshot.Empty);
        picture.Observe(new(ObjectKind.Node, null, node));
        picture.Observe(new(ObjectKind.Network, null, new Network { Id = "ingress", Spec = new() { Ingress = true }, IPAMOptions = new() { Configs = [new("10.0.0.0/24")] } }));
        var session = new NodeSession("node1", swarm.Store, picture, asks: 7);
        session.Registered(0);
        Assert.Equal(0ul, (await session.NextAsync(CancellationToken.None)).Confirm);
        picture.Observe(new(ObjectKind.Node, node, node with { Gateways = [new("ingress", "10.0.0.2")] }));
        session.MarkNetworks([]);
        var message = await session.NextAsync(CancellationToken.None);
        Assert.Equal((7ul, "ingress"), (message.Confirm, string.Join(',', message.Networks.Select(network => network.Id))));
    }

    [Fact]
    public void LongWordsOfANode_AreCut()
    {
        var status = NodeReadiness.StatusOf(new(), Answers with { Fault = new('x', 100_000), Unapplied = Enumerable.Range(0, 100_000).Select(i => $"n{i}").ToValueList() }, 1, null);
        Assert.Equal((NodeReadiness.MessageMax, NodeReadiness.NetworksMax), (status.Message!.Length, status.Unapplied!.Count));
    }

    [Fact]
    public void WhatIsNoId_IsLeftOut()
    {
        Assert.Empty(NodeReadiness.StatusOf(new(), Answers with { Fault = "x", Unapplied = null! }, 1, null).Unapplied!);
        Assert.Equal(["n1"], NodeReadiness.StatusOf(new(), Answers with { Fault = "x", Unapplied = [null!, "", "n1", new('x', 65)] }, 1, null).Unapplied!);
    }

    private async Task<DispatchHarness.Session> OpenReadyAsync()
    {
        await swarm.PutAsync(new Node { Id = "node1" });
        var session = swarm.Open(condition: condition);
        await session.UntilAsync(view => view.Confirm != 0, "what to confirm");
        condition.Set(Answers with { Confirmed = session.View.Confirm });
        await StatusIsAsync(NodeState.Ready, null, isConnected: true);
        return session;
    }

    /// <summary>Waits for the node's status: its state, a part of its message, and whether it takes tasks.</summary>
    private async Task StatusIsAsync(NodeState state, string? message, bool isConnected)
    {
        using var feed = swarm.Store.Feed.Subscribe(ObjectKind.Node);
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (swarm.Node().Status is var now && (now.State != state || now.IsConnected != isConnected || (message is null ? now.Message is not null : now.Message?.Contains(message, StringComparison.Ordinal) != true)))
        {
            try
            {
                await feed.NextAsync(late.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"the node is {swarm.Node().Status}, and not {state} for '{message}'");
            }
        }
    }
}
