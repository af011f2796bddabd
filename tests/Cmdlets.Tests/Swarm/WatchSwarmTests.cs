using Microsoft.AspNetCore.Http;
using SwarmPS.Cmdlets.SwarmEvent;

namespace SwarmPS.Cmdlets.Tests.Swarm;

public sealed class WatchSwarmTests
{
    [Fact]
    public async Task Events_ComeAsObjects_AndFiltersGoToTheDaemon()
    {
        await using var daemon = (await FakeDaemon.StartAsync()).Events(3);
        using var prompt = new Prompt(daemon);
        var events = prompt.Run("Watch-Swarm -Type task -Action update -Service web -Since 5m -Count 2").Clean().Select(seen => (SwarmEventInfo)seen.BaseObject).ToList();
        Assert.Equal(["1.0", "2.0"], events.Select(seen => seen.Index));
        Assert.Equal(("task", "update", "t1", "web.1.t1", "state starting → running"), (events[0].Type, events[0].Action, events[0].Id, events[0].Name, events[0].Changes));
        Assert.Equal("running", events[0].Attributes["state.new"]);
        var asked = daemon.Requests.Single(request => request.Path == "/events").Query;
        Assert.Equal("""{"event":{"update":true},"scope":{"swarm":true},"service":{"web":true},"type":{"task":true}}""", asked["filters"]);
        Assert.True(asked.ContainsKey("since"));
    }

    [Fact]
    public async Task LostStream_IsTakenUpAgain_AfterTheLastEvent_AtTheNextManager()
    {
        await using var first = (await FakeDaemon.StartAsync()).Events(2);
        await using var second = (await FakeDaemon.StartAsync()).Events(1);
        using var prompt = new Prompt(first);
        prompt.Run($"Watch-Swarm -Count 3 -OtherManager '{second.Socket}'").Clean();
        Assert.False(first.Requests.Single(request => request.Path == "/events").Query.ContainsKey("after"));
        Assert.Equal("2.0", second.Requests.Single(request => request.Path == "/events").Query["after"]);
    }

    [Fact]
    public async Task EventsThatAreLost_AreWarnedOf_AndItGoesOn()
    {
        await using var daemon = (await FakeDaemon.StartAsync()).Events(1);
        var asked = 0;
        await using var other = await FakeDaemon.StartAsync();
        other.On("GET /events", async (context, request) =>
        {
            if (asked++ == 0)
            {
                context.Response.StatusCode = 400;
                await context.Response.WriteAsync("""{"message":"Not all events after 1.0 are kept."}""");
                return;
            }
            Assert.False(request.Query.ContainsKey("after"));
            await context.Response.WriteAsync("""{"Type":"node","Action":"update","Actor":{"ID":"n"},"timeNano":1,"index":"9.0"}""" + "\n");
        });
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run($"Watch-Swarm -Count 2 -OtherManager '{other.Socket}'");
        Assert.Equal(2, outcome.Clean().Count);
        Assert.Contains("Not all events after 1.0 are kept", Assert.Single(outcome.Warnings));
    }

    [Fact]
    public async Task DaemonThatRefusesAtOnce_IsAnError()
    {
        await using var daemon = (await FakeDaemon.StartAsync()).Refuse("GET /events", 400, "invalid after 'x'");
        using var prompt = new Prompt(daemon);
        Assert.Equal("InvalidArgument", prompt.Run("Watch-Swarm -After x").ErrorId);
    }
}
