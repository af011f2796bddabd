using System.Management.Automation;
using Microsoft.AspNetCore.Http;
using SwarmPS.Api;
using SwarmPS.Cmdlets.SwarmService;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Tests.SwarmService;

public sealed class UpdateSwarmServiceTests
{
    private static async Task<ServiceSpec> PostedAsync(string script, Service? from = null)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(from ?? Samples.Web);
        using var prompt = new Prompt(daemon);
        prompt.Run(script).Clean();
        var update = Assert.Single(daemon.Changes);
        Assert.Equal("7", update.Query["version"]);
        return update.As<ServiceSpec>();
    }

    private static Task<ServiceSpec> UpdatedAsync(string arguments) => PostedAsync($"Update-SwarmService web -NoWait {arguments}");

    [Fact]
    public async Task NothingNamed_ChangesNothing() => Assert.Equal(Samples.Web.Spec, await UpdatedAsync(""));

    [Fact]
    public async Task OnlyWhatIsNamed_Changes()
    {
        var spec = await UpdatedAsync("-Image nginx:2 -LimitMemory 1g -ReadOnly");
        var old = Samples.Web.Spec;
        Assert.Equal(old with
        {
            TaskTemplate = old.TaskTemplate with
            {
                ContainerSpec = old.TaskTemplate.ContainerSpec! with { Image = "nginx:2", ReadOnly = true },
                Resources = new() { Limits = new() { MemoryBytes = 1 << 30 } },
            },
        }, spec);
    }

    [Fact]
    public async Task Switch_CanBeTakenBack()
    {
        var web = Samples.Web with { Spec = Samples.Web.Spec with { TaskTemplate = new() { ContainerSpec = new() { Image = "i", ReadOnly = true, Tty = true, Init = true } } } };
        var container = (await PostedAsync("Update-SwarmService web -NoWait -ReadOnly:$false -Tty:$false -Init:$false", web)).TaskTemplate.ContainerSpec!;
        Assert.Equal((false, false, false), (container.ReadOnly, container.Tty, container.Init));
    }

    [Fact]
    public async Task Collections_AreAmended_EntryByEntry()
    {
        var web = Samples.Web with
        {
            Spec = Samples.Web.Spec with
            {
                TaskTemplate = new()
                {
                    ContainerSpec = new()
                    {
                        Image = "i",
                        Groups = ["a", "b"],
                        CapabilityAdd = ["CAP_A", "CAP_B"],
                        CapabilityDrop = ["CAP_C", "CAP_D"],
                        Sysctls = new([new("x", "1"), new("y", "2")]),
                        Ulimits = [new("nofile", 2, 1), new("nproc", 9, 9)],
                        Hosts = ["10.0.0.1 db old", "10.0.0.2 db"],
                        DnsConfig = new() { Nameservers = ["1.1.1.1", "8.8.8.8"], Search = ["s"], Options = ["o"] },
                    },
                    Placement = new() { Preferences = [new(new("node.labels.zone")), new(new("node.labels.rack"))] },
                    Resources = new() { Reservations = new() { GenericResources = [new() { DiscreteResourceSpec = new("gpu", 1) }, new() { DiscreteResourceSpec = new("ssd", 1) }] } },
                    Networks = [new() { Target = "host" }],
                },
            },
        };
        var template = (await PostedAsync(
            "Update-SwarmService web -NoWait -AddGroup c -RemoveGroup a -AddCapability c, e -RemoveCapability a -AddSysctl @{ y = 3 } -RemoveSysctl x -AddUlimit nofile=5:6 -RemoveUlimit nproc " +
            "-AddHost new:10.0.0.3 -RemoveHost old, db:10.0.0.2 -AddDns 9.9.9.9 -RemoveDns 8.8.8.8 -AddDnsSearch t -RemoveDnsSearch s -AddDnsOption p -RemoveDnsOption o " +
            "-AddPlacementPreference spread=node.labels.row -RemovePlacementPreference node.labels.zone -AddGenericResource gpu=4 -RemoveGenericResource ssd -AddNetwork none -RemoveNetwork host", web)).TaskTemplate;
        Assert.Equal(new TaskSpec
        {
            ContainerSpec = new()
            {
                Image = "i",
                Groups = ["b", "c"],
                CapabilityAdd = ["CAP_B", "CAP_C", "CAP_E"],
                CapabilityDrop = ["CAP_D", "CAP_A"],
                Sysctls = new([new("y", "3")]),
                Ulimits = [new("nofile", 6, 5)],
                Hosts = ["10.0.0.1 db", "10.0.0.3 new"],
                DnsConfig = new() { Nameservers = ["1.1.1.1", "9.9.9.9"], Search = ["t"], Options = ["p"] },
            },
            Placement = new() { Preferences = [new(new("node.labels.rack")), new(new("node.labels.row"))] },
            Resources = new() { Reservations = new() { GenericResources = [new() { DiscreteResourceSpec = new("gpu", 4) }] } },
            Networks = [new() { Target = "none" }],
        }, template);
    }

    [Theory]
    [InlineData("-RemoveNetwork back", "net2")]
    [InlineData("-RemoveNetwork net1 -AddNetwork front", "net2 front")]
    [InlineData("-AddNetwork name=back,alias=www", "net2 back")]
    public async Task NetworksOfTheSwarm_AreKnownByNameAndId(string arguments, string targets)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web with { Spec = Samples.Web.Spec with { TaskTemplate = new() { Networks = [new() { Target = "net1" }, new() { Target = "net2" }] } } }).Json("GET /networks", () => new[] { Samples.Back });
        using var prompt = new Prompt(daemon);
        prompt.Run($"Update-SwarmService web -NoWait {arguments}").Clean();
        Assert.Equal(targets, string.Join(' ', Assert.Single(daemon.Changes).As<ServiceSpec>().TaskTemplate.Networks!.Select(network => network.Target)));
    }

    [Theory]
    [InlineData("Update-SwarmService web -Pause", "rollout", "pause")]
    [InlineData("Update-SwarmService web -Resume -NoWait", "rollout", "resume")]
    [InlineData("Undo-SwarmServiceUpdate web -NoWait", "rollback", "previous")]
    public async Task Rollout_IsPausedResumedAndUndone_FromTheVersionThatWasRead(string script, string name, string value)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web);
        using var prompt = new Prompt(daemon);
        prompt.Run(script).Clean();
        var update = Assert.Single(daemon.Changes);
        Assert.Equal(("7", value), (update.Query["version"], update.Query[name]));
    }

    [Theory]
    [InlineData("-Pause -Resume")]
    [InlineData("-Pause -Image i")]
    [InlineData("-Resume -AddEnv a=b")]
    public void PauseAndResume_GoAlone(string arguments)
    {
        using var prompt = new Prompt();
        Assert.Equal("ConflictingParameters", prompt.Run($"Update-SwarmService web {arguments}").ErrorId);
    }

    [Theory]
    [InlineData("Undo-SwarmServiceUpdate web", UpdateState.RollbackCompleted, null)]
    [InlineData("Undo-SwarmServiceUpdate web", UpdateState.RollbackPaused, "ServiceUpdateFailed")]
    [InlineData("Update-SwarmService web -Resume", UpdateState.RollbackCompleted, "ServiceUpdateFailed")]
    public async Task RollbackThatEndsWell_IsAFailureOnlyWhereAnUpdateWasAskedFor(string script, UpdateState state, string? error)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web with { UpdateStatus = new() { State = state, Message = "m" } });
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run(script);
        if (error is null)
            outcome.Clean();
        else
            Assert.Equal(error, outcome.ErrorId);
    }

    [Fact]
    public async Task Job_ChangesItsCounts_AndOthersHaveNone()
    {
        var job = Samples.Web with { Spec = Samples.Web.Spec with { Mode = new() { ReplicatedJob = new(1, 3) } } };
        Assert.Equal(new ServiceMode { ReplicatedJob = new(2, 9) }, (await PostedAsync("Update-SwarmService web -NoWait -Replicas 9 -MaxConcurrent 2", job)).Mode);
        Assert.Equal(new ServiceMode { ReplicatedJob = new(1, 4) }, (await PostedAsync("Resize-SwarmService web 4 -NoWait", job)).Mode);
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web);
        using var prompt = new Prompt(daemon);
        Assert.Equal("ServiceNotReplicated", prompt.Run("Update-SwarmService web -MaxConcurrent 2").ErrorId);
    }

    [Theory]
    [InlineData("-RestartMaxDelay 90s", "swarmps.restart.backoff=1m30s,team=a")]
    [InlineData("-NoRestartBackoff", "swarmps.restart.backoff=off,team=a")]
    [InlineData("-NoRestartBackoff:$false", "team=a")]
    [InlineData("-Label x=y -NoRestartBackoff", "swarmps.restart.backoff=off,x=y")]
    public async Task Backoff_IsALabel(string arguments, string labels) =>
        Assert.Equal(labels, string.Join(',', (await UpdatedAsync(arguments)).Labels!.Select(label => $"{label.Key}={label.Value}")));

    [Fact]
    public async Task LabelsInPlaceOfAll_LeaveTheBackoff()
    {
        var web = Samples.Web with { Spec = Samples.Web.Spec with { Labels = new([new("team", "a"), new("swarmps.restart.backoff", "off")]) } };
        Assert.Equal(new ValueMap<string>([new("x", "y"), new("swarmps.restart.backoff", "off")]), (await PostedAsync("Update-SwarmService web -NoWait -Label x=y", web)).Labels);
        using var prompt = new Prompt();
        Assert.Equal("ConflictingParameters", prompt.Run("New-SwarmService a b -NoRestartBackoff -RestartMaxDelay 1m").ErrorId);
    }

    [Theory]
    [InlineData("-Privileged -Device /dev/fuse, /dev/a:/dev/b:rw", "inside=yes;swarmps.devices=/dev/fuse:/dev/fuse:rwm,/dev/a:/dev/b:rw;swarmps.privileged=true")]
    [InlineData("-ContainerLabel a=b -Privileged", "a=b;swarmps.privileged=true")]
    [InlineData("-Privileged:$false -Device @()", "inside=yes")]
    public async Task DevicesAndPrivileged_AreLabels(string arguments, string labels) =>
        Assert.Equal(labels, string.Join(';', (await UpdatedAsync(arguments)).TaskTemplate.ContainerSpec!.Labels!.Select(label => $"{label.Key}={label.Value}")));

    [Fact]
    public async Task Force_RaisesTheCounter() => Assert.Equal(5ul, (await UpdatedAsync("-Force")).TaskTemplate.ForceUpdate);

    [Fact]
    public async Task Restart_ChangesTheCounterAlone() =>
        Assert.Equal(Samples.Web.Spec with { TaskTemplate = Samples.Web.Spec.TaskTemplate with { ForceUpdate = 5 } }, await PostedAsync("Restart-SwarmService web -NoWait"));

    [Fact]
    public async Task Resize_ChangesTheReplicasAlone() =>
        Assert.Equal(Samples.Web.Spec with { Mode = new() { Replicated = new(9) } }, await PostedAsync("Resize-SwarmService web 9 -NoWait"));

    [Fact]
    public async Task GlobalService_CannotBeResized()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Db);
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("Resize-SwarmService db 3");
        Assert.Equal(("ServiceNotReplicated", ErrorCategory.InvalidOperation), (outcome.ErrorId, outcome.Error.CategoryInfo.Category));
        Assert.Empty(daemon.Changes);
    }

    [Fact]
    public async Task Env_CanBeReplaced_AddedTo_AndTakenFrom()
    {
        Assert.Equal(["C=3"], (await UpdatedAsync("-Env C=3")).TaskTemplate.ContainerSpec!.Env);
        Assert.Empty((await UpdatedAsync("-Env @()")).TaskTemplate.ContainerSpec!.Env!);
        Assert.Equal(["B=x", "C=3"], (await UpdatedAsync("-AddEnv @{ B = 'x'; C = 3 } -RemoveEnv A")).TaskTemplate.ContainerSpec!.Env);
    }

    [Fact]
    public async Task Labels_CanBeReplaced_AddedTo_AndTakenFrom()
    {
        Assert.Equal(new ValueMap<string>([new("n", "1")]), (await UpdatedAsync("-Label n=1")).Labels);
        Assert.Equal(new ValueMap<string>([new("n", "1")]), (await UpdatedAsync("-AddLabel n=1 -RemoveLabel team")).Labels);
        Assert.Equal(new ValueMap<string>([new("inside", "no"), new("n", "1")]), (await UpdatedAsync("-AddContainerLabel n=1, inside=no")).TaskTemplate.ContainerSpec!.Labels);
    }

    [Fact]
    public async Task Constraints_CompareByMeaning()
    {
        Assert.Empty((await UpdatedAsync("-RemoveConstraint node.role==worker")).TaskTemplate.Placement!.Constraints!);
        Assert.Equal(["node.role==worker", "node.hostname != x"], (await UpdatedAsync("-AddConstraint node.role==worker, 'node.hostname != x'")).TaskTemplate.Placement!.Constraints);
    }

    [Fact]
    public async Task Mounts_GoByTheirTarget()
    {
        Assert.Equal(["/more"], (await UpdatedAsync("-RemoveMount /data -AddMount type=tmpfs,dst=/more")).TaskTemplate.ContainerSpec!.Mounts!.Select(mount => mount.Target));
        Assert.Equal(["other"], (await UpdatedAsync("-AddMount src=other,dst=/data")).TaskTemplate.ContainerSpec!.Mounts!.Select(mount => mount.Source));
    }

    [Fact]
    public async Task Ports_AreTakenAwayByTheContainersPort()
    {
        Assert.Empty((await UpdatedAsync("-RemovePublish 80")).EndpointSpec!.Ports!);
        Assert.Single((await UpdatedAsync("-RemovePublish 80/udp")).EndpointSpec!.Ports!);
        Assert.Equal([81u], (await UpdatedAsync("-AddPublish 'published=8080,target=81,mode=host'")).EndpointSpec!.Ports!.Select(port => port.TargetPort));
        Assert.Equal([80u, 82u], (await UpdatedAsync("-RemovePublish 80 -AddPublish 127.0.0.1:8080:80, 127.0.0.2:8080:82")).EndpointSpec!.Ports!.Select(port => port.TargetPort));
        Assert.Equal([80u, 443u], (await UpdatedAsync("-AddPublish 8443:443")).EndpointSpec!.Ports!.Select(port => port.TargetPort));
    }

    [Fact]
    public async Task HealthSettings_AreChangedOneByOne()
    {
        var web = Samples.Web with { Spec = Samples.Web.Spec with { TaskTemplate = new() { ContainerSpec = new() { Healthcheck = new() { Test = ["CMD", "x"], Retries = 1 } } } } };
        Assert.Equal(new HealthConfig { Test = ["CMD", "x"], Retries = 4 }, (await PostedAsync("Update-SwarmService web -NoWait -HealthRetries 4", web)).TaskTemplate.ContainerSpec!.Healthcheck);
    }

    [Fact]
    public async Task StaleVersion_IsReadAgain()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        var (reads, posts) = (0ul, 0);
        daemon.Has(Samples.Web)
            .Json("GET /services/*", () => Samples.Web with { Version = new(++reads) })
            .On("POST /services/*/update", async (context, request) =>
            {
                context.Response.StatusCode = ++posts < 3 ? 500 : 200;
                await context.Response.WriteAsync(posts < 3 ? ApiJson.Write(new { message = SwarmException.OutOfSequenceText }) : "{}");
            });
        using var prompt = new Prompt(daemon);
        prompt.Run("Update-SwarmService web -Image i -NoWait").Clean();
        Assert.Equal(["1", "2", "3"], daemon.Changes.Select(change => change.Query["version"]));
    }

    [Fact]
    public async Task VersionThatStaysStale_IsARetryableErrorOfItsOwn()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web).Refuse("POST /services/*/update", 500, SwarmException.OutOfSequenceText);
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("Update-SwarmService web -Image i -NoWait");
        Assert.Equal(("UpdateOutOfSequence", ErrorCategory.ResourceBusy), (outcome.ErrorId, outcome.Error.CategoryInfo.Category));
        Assert.Equal(5, daemon.Changes.Count());
    }

    [Fact]
    public async Task PassThru_GivesTheServiceAsItIsNow()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has(Samples.Web);
        using var prompt = new Prompt(daemon);
        Assert.Equal("nginx:2", prompt.Run("Update-SwarmService web nginx:2 -PassThru").One<SwarmServiceInfo>().Image);
    }
}
