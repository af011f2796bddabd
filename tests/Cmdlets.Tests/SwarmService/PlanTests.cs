using System.Management.Automation;
using SwarmPS.Model;
using SwarmPS.Planning;

namespace SwarmPS.Cmdlets.Tests.SwarmService;

/// <summary>What <c>-WhatIf</c> shows of services.</summary>
public sealed class PlanTests
{
    private static readonly ServicePlan Plan = new()
    {
        ServiceId = "web1service",
        Name = "web",
        Changes = [new("TaskTemplate.ContainerSpec.Image", "nginx:1", "nginx:2"), new("TaskTemplate.ContainerSpec.Env", null, new Newtonsoft.Json.Linq.JArray("A=1"))],
        ReplacesTasks = true,
        Rollout = new() { Parallelism = 2, Order = UpdateOrder.StopFirst },
        Kept = 1,
        Tasks =
        [
            new() { Action = TaskAction.Replace, Step = 1, Slot = 1, TaskId = "t1aaaaaaaaaaaaaaaaa", NodeId = "n1", Node = "box", NewNodeId = "n2", NewNode = "far" },
            new() { Action = TaskAction.Create, Step = 1, Slot = 3, Err = "no suitable node (1 node is drained)" },
            new() { Action = TaskAction.Remove, Step = 2, Slot = 2, TaskId = "t2", NodeId = "n1", Node = "box" },
        ],
    };

    [Fact]
    public async Task Update_ShowsFieldsAndTasks_AndChangesNothing()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web).Json("POST /swarmps/plan", () => Plan);
        var screen = new ScreenHost();
        using var prompt = new Prompt(daemon, screen);
        Assert.Empty(prompt.Run("Update-SwarmService web nginx:2 -NoResolveImage -WhatIf").Clean());
        Assert.Equal(
            """
            What if: Change the service: web
              TaskTemplate.ContainerSpec.Image: nginx:1 -> nginx:2
              TaskTemplate.ContainerSpec.Env: (none) -> ["A=1"]
              Tasks: 1 made, 1 replaced (2 at a time, the old one stops first), 1 removed; 1 kept.
              step 1: replace web.1 t1aaaaaaaaaa on box -> far
              step 1: create web.3 -> no suitable node (1 node is drained)
              step 2: remove web.2 t2 on box

            """.ReplaceLineEndings("\n"),
            screen.Text.ReplaceLineEndings("\n"));
        Assert.Empty(daemon.Changes);
        var asked = Assert.Single(daemon.Requests, request => request.Path == "/swarmps/plan");
        Assert.Equal(("web1service", "7", "nginx:2"), (asked.Query["service"], asked.Query["version"], asked.As<ServiceSpec>().TaskTemplate.ContainerSpec!.Image));
    }

    [Fact]
    public async Task EachServiceOfThePipeline_HasItsPlan_AndWhatIsRefusedLeavesTheOthers()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web, Samples.Db);
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("Get-SwarmService | Update-SwarmService -Replicas 2 -WhatIf -InformationVariable plans 6> $null; $plans | Where-Object Tags -Contains SwarmServicePlan | ForEach-Object { $_.MessageData.Name }");
        Assert.Equal("ServiceNotReplicated", Assert.Single(outcome.Errors).FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal(["web"], outcome.Output.Select(name => (string)name.BaseObject));
        Assert.Empty(daemon.Changes);
    }

    [Theory]
    [InlineData("New-SwarmService web2 nginx -NoResolveImage", null)]
    [InlineData("Undo-SwarmServiceUpdate web", "previous")]
    [InlineData("Restart-SwarmService web", null)]
    [InlineData("Resize-SwarmService web 5", null)]
    public async Task OthersThatChangeServices_PlanToo_AlsoByPreference(string script, string? rollback)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web);
        using var prompt = new Prompt(daemon);
        var plan = Assert.Single(prompt.Run($"$WhatIfPreference = $true; {script} -InformationVariable plan 6> $null; $plan[-1].MessageData").Clean());
        Assert.IsType<ServicePlan>(plan.BaseObject);
        Assert.Equal(rollback, Assert.Single(daemon.Requests, request => request.Path == "/swarmps/plan").Query.GetValueOrDefault("rollback"));
        Assert.Empty(daemon.Changes);
    }

    [Fact]
    public async Task Rebalance_IsAskedFor_AndGoesAlone()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web);
        using var prompt = new Prompt(daemon);
        prompt.Run("Update-SwarmService web -Rebalance -WhatIf").Clean();
        Assert.Equal("rebalance", Assert.Single(daemon.Requests, request => request.Path == "/swarmps/plan").Query["rollout"]);
        Assert.Empty(daemon.Changes);
        Assert.Equal("ConflictingParameters", Assert.Single(prompt.Run("Update-SwarmService web -Rebalance -Replicas 3").Errors).FullyQualifiedErrorId.Split(',')[0]);
        prompt.Run("Update-SwarmService web -Rebalance").Clean();
        Assert.Equal("rebalance", Assert.Single(daemon.Changes).Query["rollout"]);
    }

    [Fact]
    public async Task WhatTheDaemonRefuses_IsAnErrorOfTheRealCall()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web).Refuse("POST /swarmps/plan", 409, "rpc error: code = AlreadyExists desc = name conflicts with an existing object: service web already exists");
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("New-SwarmService web nginx -NoResolveImage -WhatIf");
        Assert.Equal("ServiceExists", Assert.Single(outcome.Errors).FullyQualifiedErrorId.Split(',')[0]);
    }
}
