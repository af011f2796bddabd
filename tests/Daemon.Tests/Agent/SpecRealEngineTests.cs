// Nearly every property of the client's classes may be null; a test that meets one fails as it should.
#nullable disable warnings

using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>A real engine takes what the spec says as it was meant.</summary>
[Collection(EngineCollection.Name)]
public sealed class SpecRealEngineTests : IAsyncDisposable
{
    private readonly RealAgent agent;

    public SpecRealEngineTests(EngineFixture engine)
    {
        engine.SkipUnlessUsable();
        agent = new(engine);
    }

    public ValueTask DisposeAsync() => agent.DisposeAsync();

    [Fact]
    public async Task ProcessSettings_AreSeenInside()
    {
        await agent.StartAsync(agent.Of(new()
        {
            Command = ["sh", "-c"],
            Args = ["echo $SLOT; /bin/busybox hostname; /bin/busybox pwd; id; ulimit -n; cat /proc/self/oom_score_adj; cat /etc/hosts; cat /etc/resolv.conf; cat /proc/sys/net/core/somaxconn; touch /no 2>&1; touch /mem/yes && echo written"],
            Env = ["SLOT={{.Task.Slot}}"],
            Hostname = "{{.Service.Name}}-{{.Task.Slot}}",
            Dir = "/tmp",
            User = "7:8",
            Groups = ["99"],
            ReadOnly = true,
            Hosts = ["10.1.2.3 db db.local"],
            DnsConfig = new() { Nameservers = ["9.9.9.9"], Search = ["corp"], Options = ["ndots:2"] },
            Sysctls = new([new("net.core.somaxconn", "123")]),
            Ulimits = [new("nofile", 64, 32)],
            OomScoreAdj = 77,
            Mounts = [new() { Type = MountType.Tmpfs, Target = "/mem", TmpfsOptions = new() { SizeBytes = 1 << 20, Mode = 0x3FF } }],
        }));
        await agent.ReachesAsync(TaskState.Complete);
        var lines = await agent.LogsAsync();
        Assert.StartsWith("1\nweb-1\n/tmp\nuid=7 gid=8 groups=8,99", lines);
        Assert.Contains("\n32\n77\n", lines);
        Assert.Contains("10.1.2.3\tdb\n10.1.2.3\tdb.local\n", lines);
        Assert.Contains("nameserver 9.9.9.9", lines);
        Assert.Contains("search corp", lines);
        Assert.Contains("options ndots:2", lines);
        Assert.Contains("\n123\n", lines);
        Assert.Contains("Read-only file system", lines);
        Assert.EndsWith("written\n", lines);
    }

    [Fact]
    public async Task LimitsAndPrivileges_AreTheEngines()
    {
        var task = agent.Of(new()
        {
            Command = ["sleep", "1000"],
            Init = true,
            StopSignal = "SIGINT",
            StopGracePeriod = TimeSpan.FromSeconds(3),
            Tty = true,
            OpenStdin = true,
            CapabilityAdd = ["CAP_NET_ADMIN"],
            CapabilityDrop = ["CAP_MKNOD"],
            Privileges = new() { Seccomp = new("unconfined"), NoNewPrivileges = true, AppArmor = new("disabled") },
            Healthcheck = new() { Test = ["CMD", "true"], Interval = TimeSpan.FromMilliseconds(100), Timeout = TimeSpan.FromSeconds(2), StartPeriod = TimeSpan.FromSeconds(3), Retries = 4 },
        });
        await agent.StartAsync(task with
        {
            Spec = task.Spec with
            {
                Resources = new() { Limits = new() { NanoCPUs = 500_000_000, MemoryBytes = 64 << 20, Pids = 50 } },
                LogDriver = new() { Name = "json-file", Options = new([new("max-size", "1m")]) },
            },
        });
        await agent.ReachesAsync(TaskState.Running);
        var container = await agent.InspectAsync();
        var (config, host) = (container.Config, container.HostConfig);
        Assert.Equal(("SIGINT", TimeSpan.FromSeconds(3), true, true), (config.StopSignal, config.StopTimeout, config.Tty, config.OpenStdin));
        Assert.Equal((500_000_000L, 64L << 20, 50L), (host.NanoCPUs, host.Memory, host.PidsLimit));
        Assert.Equal(["CAP_NET_ADMIN"], host.CapAdd);
        Assert.Equal(["CAP_MKNOD"], host.CapDrop);
        Assert.Equal(["seccomp=unconfined", "apparmor=unconfined", "no-new-privileges=true"], host.SecurityOpt);
        Assert.Equal(("json-file", "1m"), (host.LogConfig.Type, host.LogConfig.Config["max-size"]));
        Assert.Equal(Docker.DotNet.Models.RestartPolicyKind.No, host.RestartPolicy.Name);
        Assert.True(host.Init);
        var health = config.Healthcheck;
        Assert.Equal((TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3), 4L), (health.Interval, health.Timeout, health.StartPeriod, health.Retries));
    }

    [Fact]
    public async Task BindMount_OfAMissingPath_RejectsTheTask_SayingSo()
    {
        await agent.StartAsync(agent.Of(new() { Mounts = [new() { Type = MountType.Bind, Source = "/no/such/path", Target = "/data" }] }));
        Assert.Contains("/no/such/path", (await agent.ReachesAsync(TaskState.Rejected)).Err);
    }

    [Fact]
    public async Task HostNetwork_MayBeNamed()
    {
        var task = agent.Of(new() { Command = ["sh", "-c", "cat /proc/net/dev"] });
        await agent.StartAsync(task with { Spec = task.Spec with { Networks = [new() { Target = "none" }] } });
        await agent.ReachesAsync(TaskState.Complete);
        var devices = (await agent.LogsAsync()).Split('\n').Skip(2).Where(line => line.Contains(':')).Select(line => line.Split(':')[0].Trim());
        Assert.Equal(["lo"], devices);
    }
}
