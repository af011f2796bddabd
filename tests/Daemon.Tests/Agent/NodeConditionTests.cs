using Microsoft.Extensions.Time.Testing;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Networking;
using SwarmPS.Daemon.Networking.Kernel;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>What a node tells the managers of its engine and its data plane.</summary>
public sealed class NodeConditionTests : IAsyncDisposable
{
    private static readonly Assignments OneNetwork = new(true, [], []) { Networks = [new() { Id = "a" }], MeshPorts = [], Confirm = 5 };

    private readonly FakeTimeProvider clock = new();
    private readonly AgentHarness agent;

    public NodeConditionTests()
    {
        agent = new() { Clock = clock };
        agent.Plane = new(agent.Engine, agent.Pulse);
    }

    public ValueTask DisposeAsync() => agent.DisposeAsync();

    [Fact]
    public async Task Networks_AreConfirmed_WhenTheDataPlaneHasAppliedThem_NotBefore()
    {
        var gate = new TaskCompletionSource();
        agent.Plane!.Before = _ => gate.Task;
        await OpenAsync();
        agent.Dispatcher.Send(OneNetwork);
        await ConditionIsAsync(condition => condition is { EngineAnswers: true, Confirmed: 0, Fault: null }, "the engine answers and nothing is applied");
        gate.SetResult();
        await ConditionIsAsync(condition => condition is { EngineAnswers: true, Confirmed: 5, Fault: null }, "5 is confirmed");
    }

    [Fact]
    public async Task NodeWithoutNetworks_ConfirmsAtOnce()
    {
        await OpenAsync();
        agent.Dispatcher.Send(new Assignments(true, [], []) { MeshPorts = [], Confirm = 6 });
        await ConditionIsAsync(condition => condition is { Confirmed: 6 }, "6 is confirmed");
        Assert.Empty(agent.Plane!.Reconciled);
    }

    [Fact]
    public async Task WhatCannotBeApplied_IsTold_WithTheNetworksThatLackIt_AndTakenBack()
    {
        var broken = true;
        agent.Plane!.Before = _ => broken ? Task.FromException(new NetworksNotReachedException([new NetworkToolException("a: no such device") { Networks = ["a"] }])) : Task.CompletedTask;
        await OpenAsync();
        agent.Dispatcher.Send(OneNetwork);
        await ConditionIsAsync(condition => condition is { EngineAnswers: true, Confirmed: 0, Fault: "a: no such device", Unapplied: ["a"] }, "the fault of a");
        broken = false;
        await ConditionIsAsync(condition => condition is { Confirmed: 5, Fault: null, Unapplied: [] }, "5 is confirmed");
    }

    [Fact]
    public async Task DataPlaneThatFailsAsAWhole_LacksAllNetworks()
    {
        agent.Plane!.Before = _ => Task.FromException(new NetworkToolException("nft is not installed"));
        await OpenAsync();
        agent.Dispatcher.Send(OneNetwork);
        await ConditionIsAsync(condition => condition is { Fault: "nft is not installed", Unapplied: ["a"] }, "the fault of all");
    }

    [Fact]
    public async Task EngineThatReturns_CountsWhenTheDataPlaneWasLookedAt()
    {
        await OpenAsync();
        agent.Dispatcher.Send(OneNetwork);
        await ConditionIsAsync(condition => condition is { EngineAnswers: true, Confirmed: 5 }, "5 is confirmed");
        var gate = new TaskCompletionSource();
        agent.Plane!.Before = _ => gate.Task;
        var looks = agent.Plane.Reconciled.Count;
        agent.Engine.GoDown();
        await ConditionIsAsync(condition => !condition.EngineAnswers, "the engine does not answer");
        var lists = agent.Engine.Count("list");
        agent.Engine.ComeUp();
        await PassAsync(() => agent.Engine.Count("list") > lists, () => "the engine is listed again");
        Assert.False(agent.Dispatcher.Condition!.Present.Condition.EngineAnswers);
        gate.SetResult();
        await ConditionIsAsync(condition => condition is { EngineAnswers: true, Confirmed: 5 }, "the engine answers again");
        Assert.True(agent.Plane.Reconciled.Count > looks);
    }

    private async Task OpenAsync()
    {
        agent.Start();
        await agent.OpenAsync();
    }

    private Task ConditionIsAsync(Func<NodeCondition, bool> isSo, string expected) =>
        PassAsync(() => isSo(agent.Dispatcher.Condition!.Present.Condition), () => $"{expected}; it is {agent.Dispatcher.Condition!.Present.Condition}");

    /// <summary>Waits while time goes by.</summary>
    private async Task PassAsync(Func<bool> isSo, Func<string> missing)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!isSo())
        {
            Assert.False(late.IsCancellationRequested, missing());
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
    }
}
