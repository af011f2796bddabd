// Nearly every property of the client's classes may be null; a test that meets one fails as it should.
#nullable disable warnings

using Docker.DotNet.Models;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Agent.Containers;
using SwarmPS.Model;
using Model = SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>Each field of a container's spec reaches the engine, and nothing else does.</summary>
public sealed class ContainerRequestTests
{
    private static readonly Model.ContainerSpec Plain = new() { Image = "swarmps/test:1" };

    [Fact]
    public void PlainSpec_LeavesTheEnginesDefaults()
    {
        var request = Make(Plain);
        Assert.Equal("swarmps/test:1", request.Image);
        Assert.Equal("web.3.task1", request.Name);
        Assert.Null(request.Cmd);
        Assert.Null(request.Entrypoint);
        Assert.Empty(request.Env);
        Assert.Null(request.Hostname);
        Assert.Null(request.Healthcheck);
        Assert.Null(request.StopTimeout);
        var host = request.HostConfig;
        Assert.Equal(RestartPolicyKind.No, host.RestartPolicy.Name);
        Assert.Null(host.NetworkMode);
        Assert.Null(host.Mounts);
        Assert.Null(host.Init);
        Assert.Null(host.PidsLimit);
        Assert.Null(host.MemorySwappiness);
        Assert.Null(host.LogConfig);
        Assert.Null(host.PortBindings);
        Assert.Null(host.SecurityOpt);
        Assert.Equal(0, host.Memory);
        Assert.Equal(0, host.MemorySwap);
        Assert.False(host.AutoRemove);
    }

    [Fact]
    public void Labels_OfTheTaskAndTheSwarm_CannotBeOverridden()
    {
        var labels = Make(Plain with { Labels = new([new("mine", "1"), new("com.docker.swarm.task.id", "forged"), new("swarmps.swarm.id", "forged")]) }).Labels;
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["mine"] = "1",
                ["com.docker.swarm.task"] = "",
                ["com.docker.swarm.task.id"] = "task1",
                ["com.docker.swarm.task.name"] = "web.3.task1",
                ["com.docker.swarm.node.id"] = "node1",
                ["com.docker.swarm.service.id"] = "service1",
                ["com.docker.swarm.service.name"] = "web",
                ["swarmps.swarm.id"] = "swarm1",
            },
            labels);
    }

    [Fact]
    public void Command_ReplacesEntryPoint_ArgumentsAloneDoNot()
    {
        var both = Make(Plain with { Command = ["/entry", "-x"], Args = ["a", "b"] });
        Assert.Equal(["/entry", "-x"], both.Entrypoint);
        Assert.Equal(["a", "b"], both.Cmd);
        var arguments = Make(Plain with { Args = ["a"] });
        Assert.Null(arguments.Entrypoint);
        Assert.Equal(["a"], arguments.Cmd);
    }

    [Fact]
    public void EnvironmentHostnameAndMounts_HaveTemplatesFilledIn()
    {
        var request = Make(Plain with
        {
            Env = ["SLOT={{.Task.Slot}}", "PLAIN", "{{NAME}}=kept"],
            Hostname = "{{.Service.Name}}-{{.Task.Slot}}",
            Mounts =
            [
                new()
                {
                    Type = MountType.Volume,
                    Source = "data-{{.Task.Slot}}",
                    Target = "/data/{{.Service.Name}}",
                    VolumeOptions = new()
                    {
                        Labels = new([new("of", "{{.Service.Name}}")]),
                        DriverConfig = new() { Name = "local", Options = new([new("device", "/srv/{{.Node.Hostname}}")]) },
                    },
                },
            ],
        });
        Assert.Equal(["SLOT=3", "PLAIN", "{{NAME}}=kept"], request.Env);
        Assert.Equal("web-3", request.Hostname);
        var mount = Assert.Single(request.HostConfig.Mounts!);
        Assert.Equal(("data-3", "/data/web"), (mount.Source, mount.Target));
        Assert.Equal("web", mount.VolumeOptions.Labels!["of"]);
        Assert.Equal("/srv/worker-7", mount.VolumeOptions.DriverConfig.Options!["device"]);
    }

    [Fact]
    public void WrongTemplate_IsRefused_NamingTheField() =>
        Assert.Contains("environment variable A", Refused(Plain with { Env = ["A={{.Nope}}"] }));

    [Fact]
    public void ProcessSettings_AreTaken()
    {
        var request = Make(Plain with
        {
            Dir = "/work",
            User = "7:8",
            Groups = ["video", "99"],
            Tty = true,
            OpenStdin = true,
            ReadOnly = true,
            Init = false,
            StopSignal = "SIGINT",
            StopGracePeriod = TimeSpan.FromMilliseconds(1500),
            OomScoreAdj = -5,
            Isolation = "hyperv",
            Sysctls = new([new("net.core.somaxconn", "1024")]),
            Ulimits = [new("nofile", 20, 10)],
        });
        Assert.Equal(("/work", "7:8", "SIGINT"), (request.WorkingDir, request.User, request.StopSignal));
        Assert.Equal(TimeSpan.FromSeconds(2), request.StopTimeout);
        Assert.True(request.Tty);
        Assert.True(request.OpenStdin);
        var host = request.HostConfig;
        Assert.True(host.ReadonlyRootfs);
        Assert.Equal(false, host.Init);
        Assert.Equal(["video", "99"], host.GroupAdd);
        Assert.Equal(-5, host.OomScoreAdj);
        Assert.Equal("hyperv", host.Isolation);
        Assert.Equal("1024", host.Sysctls!["net.core.somaxconn"]);
        var limit = Assert.Single(host.Ulimits);
        Assert.Equal(("nofile", 20L, 10L), (limit.Name, limit.Hard, limit.Soft));
    }

    [Fact]
    public void Mounts_KeepAllTheirOptions()
    {
        var mounts = Make(Plain with
        {
            Mounts =
            [
                new()
                {
                    Type = MountType.Bind, Source = "/host", Target = "/bind", ReadOnly = true, Consistency = "cached",
                    BindOptions = new() { Propagation = "rslave", NonRecursive = true, CreateMountpoint = true, ReadOnlyNonRecursive = true, ReadOnlyForceRecursive = true },
                },
                new() { Source = "vol", Target = "/vol", VolumeOptions = new() { NoCopy = true, Subpath = "sub" } },
                new() { Type = MountType.Tmpfs, Target = "/tmp", TmpfsOptions = new() { SizeBytes = 64, Mode = 0x1FF, Options = [["noexec"], ["uid", "5"]] } },
                new() { Type = MountType.Image, Source = "busybox", Target = "/image", ImageOptions = new("bin") },
                new() { Type = MountType.Npipe, Source = @"\\.\pipe\a", Target = @"\\.\pipe\b" },
            ],
        }).HostConfig.Mounts!;
        Assert.Equal(["bind", "volume", "tmpfs", "image", "npipe"], mounts.Select(mount => mount.Type));
        Assert.Equal(("/host", "/bind", true, "cached"), (mounts[0].Source, mounts[0].Target, mounts[0].ReadOnly, mounts[0].Consistency));
        var bind = mounts[0].BindOptions;
        Assert.Equal(("rslave", true, true, true, true), (bind.Propagation, bind.NonRecursive, bind.CreateMountpoint, bind.ReadOnlyNonRecursive, bind.ReadOnlyForceRecursive));
        Assert.Null(mounts[1].ReadOnly);
        Assert.Equal((true, "sub"), (mounts[1].VolumeOptions.NoCopy, mounts[1].VolumeOptions.Subpath));
        Assert.Equal((64L, 0x1FFu), (mounts[2].TmpfsOptions.SizeBytes, mounts[2].TmpfsOptions.Mode));
        Assert.Equal(["noexec", "uid,5"], mounts[2].TmpfsOptions.Options!.Select(option => string.Join(',', option)));
        Assert.Null(mounts[2].Source);
        Assert.Equal("bin", mounts[3].ImageOptions.Subpath);
    }

    [Fact]
    public void HealthCheck_IsTaken_AndZeroMeansTheEnginesDefault()
    {
        var health = Make(Plain with
        {
            Healthcheck = new()
            {
                Test = ["CMD-SHELL", "true"],
                Interval = TimeSpan.FromSeconds(1),
                Timeout = TimeSpan.FromSeconds(2),
                StartPeriod = TimeSpan.FromSeconds(3),
                StartInterval = TimeSpan.FromMilliseconds(500),
                Retries = 4,
            },
        }).Healthcheck!;
        Assert.Equal(["CMD-SHELL", "true"], health.Test!);
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3)), (health.Interval, health.Timeout, health.StartPeriod));
        Assert.Equal((TimeSpan.FromMilliseconds(500), 4L), (health.StartInterval, health.Retries));
        var zero = Make(Plain with { Healthcheck = new() { Interval = TimeSpan.Zero, Retries = 0 } }).Healthcheck!;
        Assert.Null(zero.Test);
        Assert.Null(zero.Interval);
        Assert.Null(zero.Retries);
    }

    [Fact]
    public void HostsAndNames_AreTurnedRound()
    {
        var host = Make(Plain with
        {
            Hosts = ["10.0.0.1 db db.local", "::1 six"],
            DnsConfig = new() { Nameservers = ["1.1.1.1"], Search = ["corp"], Options = ["ndots:2"] },
        }).HostConfig;
        Assert.Equal(["db:10.0.0.1", "db.local:10.0.0.1", "six:::1"], host.ExtraHosts);
        Assert.Equal(["1.1.1.1"], host.DNS);
        Assert.Equal(["corp"], host.DNSSearch);
        Assert.Equal(["ndots:2"], host.DNSOptions);
    }

    [Fact]
    public void Privileges_BecomeSecurityOptions()
    {
        var host = Make(Plain with
        {
            CapabilityAdd = ["NET_ADMIN"],
            CapabilityDrop = ["ALL"],
            Privileges = new()
            {
                CredentialSpec = new(File: "spec.json"),
                SELinuxContext = new() { User = "u", Role = "r", Type = "t", Level = "l" },
                Seccomp = new("custom", Convert.ToBase64String("{}"u8)),
                AppArmor = new("disabled"),
                NoNewPrivileges = true,
            },
        }).HostConfig;
        Assert.Equal(["NET_ADMIN"], host.CapAdd);
        Assert.Equal(["ALL"], host.CapDrop);
        Assert.Equal(
            ["credentialspec=file://spec.json", "label=user:u", "label=role:r", "label=type:t", "label=level:l", "seccomp={}", "apparmor=unconfined", "no-new-privileges=true"],
            host.SecurityOpt);
        var off = Make(Plain with { Privileges = new() { SELinuxContext = new() { Disable = true }, Seccomp = new("unconfined"), AppArmor = new("default") } }).HostConfig;
        Assert.Equal(["label=disable", "seccomp=unconfined"], off.SecurityOpt);
    }

    [Fact]
    public void DevicesAndPrivileged_AreTakenFromLabels()
    {
        var host = Make(Plain with { Labels = new([new("swarmps.privileged", "true"), new("swarmps.devices", "/dev/fuse,/dev/a:/dev/b:rw")]) }).HostConfig;
        Assert.True(host.Privileged);
        Assert.Equal([("/dev/fuse", "/dev/fuse", "rwm"), ("/dev/a", "/dev/b", "rw")], host.Devices.Select(device => (device.PathOnHost, device.PathInContainer, device.CgroupPermissions)));
        Assert.False(Make(Plain).HostConfig.Privileged);
        Assert.Null(Make(Plain).HostConfig.Devices);
    }

    [Fact]
    public void Limits_AreTaken_ReservationsAreNot()
    {
        var host = Host(new()
        {
            Limits = new() { NanoCPUs = 500_000_000, MemoryBytes = 64 << 20, Pids = 12 },
            Reservations = new() { NanoCPUs = 1, MemoryBytes = 2 },
            SwapBytes = 32 << 20,
            MemorySwappiness = 10,
        });
        Assert.Equal((500_000_000L, 64L << 20, 12L), (host.NanoCPUs, host.Memory, host.PidsLimit));
        Assert.Equal(96L << 20, host.MemorySwap);
        Assert.Equal(10, host.MemorySwappiness);
        Assert.Equal(0, host.MemoryReservation);
        Assert.Equal(-1, Host(new() { Limits = new() { MemoryBytes = 64 << 20 }, SwapBytes = -1 }).MemorySwap);
        Assert.Equal(0, Host(new() { SwapBytes = 5 }).MemorySwap);
        Assert.Null(Host(new() { Limits = new() }).PidsLimit);
    }

    [Fact]
    public void LogDriver_IsTaken()
    {
        var log = ContainerRequest.Of(With(spec => spec with { LogDriver = new() { Name = "json-file", Options = new([new("max-size", "1m")]) } }), Samples.Node, Samples.Swarm, []).HostConfig.LogConfig;
        Assert.Equal("json-file", log.Type);
        Assert.Equal("1m", log.Config["max-size"]);
    }

    [Fact]
    public void HostPorts_ArePublished_IngressOnesAreNot()
    {
        var request = ContainerRequest.Of(
            Samples.Task() with
            {
                Ports =
                [
                    new() { TargetPort = 80, PublishedPort = 8080, PublishMode = PublishMode.Host },
                    new() { TargetPort = 80, PublishedPort = 8081, PublishMode = PublishMode.Host, Protocol = PortProtocol.Tcp, HostIP = "127.0.0.1" },
                    new() { TargetPort = 53, PublishMode = PublishMode.Host, Protocol = PortProtocol.Udp },
                    new() { TargetPort = 9, PublishedPort = 9, PublishMode = PublishMode.Ingress },
                ],
            },
            Samples.Node,
            Samples.Swarm,
            []);
        Assert.Equal(["53/udp", "80/tcp"], request.ExposedPorts!.Keys.Order());
        Assert.Equal(["8080", "8081"], request.HostConfig.PortBindings["80/tcp"].Select(binding => binding.HostPort));
        Assert.Equal(["", "127.0.0.1"], request.HostConfig.PortBindings["80/tcp"].Select(binding => binding.HostIP));
        Assert.Equal("", Assert.Single(request.HostConfig.PortBindings["53/udp"]).HostPort);
    }

    [Fact]
    public void GenericResources_ReachTheEnvironment()
    {
        var request = ContainerRequest.Of(
            Samples.Task() with
            {
                AssignedGenericResources =
                [
                    new() { NamedResourceSpec = new("gpu", "UUID1") }, new() { NamedResourceSpec = new("gpu", "UUID2") },
                    new() { DiscreteResourceSpec = new("SSD", 3) },
                ],
            },
            Samples.Node,
            Samples.Swarm,
            []);
        Assert.Equal(["DOCKER_RESOURCE_GPU=UUID1,UUID2", "DOCKER_RESOURCE_SSD=3"], request.Env);
    }

    [Fact]
    public void NetworksOfTheEngine_MayBeNamed_OthersAreRefused()
    {
        Assert.Equal("host", ContainerRequest.Of(With(spec => spec with { Networks = [new() { Target = "host" }] }), Samples.Node, Samples.Swarm, []).HostConfig.NetworkMode);
        var refused = Assert.Throws<TaskRefusedException>(() =>
            ContainerRequest.Of(With(spec => spec with { Networks = [new() { Target = "backend" }] }), Samples.Node, Samples.Swarm, []));
        Assert.Contains("backend", refused.Message);
    }

    [Fact]
    public void SecretsAndConfigs_AreMountedReadOnly_WhereTheirTargetsAre()
    {
        var task = Samples.Task(Plain with
        {
            Mounts = [new() { Type = MountType.Tmpfs, Target = "/tmp" }],
            Secrets = [new() { SecretId = "1", SecretName = "s", File = new() { Name = "key" } }, new() { SecretId = "1", SecretName = "s", File = new() { Name = "/etc/key", UID = "7", GID = "8", Mode = 0b100_000_000 } }],
            Configs = [new() { ConfigId = "2", ConfigName = "c", File = new() { Name = "app.conf" } }],
        });
        var files = TaskFile.Of(task, "/memory");
        Assert.Equal((7u, 8u, UnixFileMode.UserRead), (files[1].User, files[1].Group, files[1].Mode));
        Assert.Equal((0u, 0u, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead), (files[0].User, files[0].Group, files[0].Mode));
        var mounts = ContainerRequest.Of(task, Samples.Node, Samples.Swarm, files).HostConfig.Mounts;
        Assert.Equal(
            [("tmpfs", null, "/tmp", null), ("bind", "/memory/secret-0", "/run/secrets/key", true), ("bind", "/memory/secret-1", "/etc/key", true), ("bind", "/memory/config-2", "/app.conf", true)],
            mounts.Select(mount => (mount.Type, (string?)mount.Source, mount.Target, mount.ReadOnly)));
    }

    [Fact]
    public void WhatCannotBeDoneYet_IsRefused_NeverLeftOut()
    {
        Assert.Contains("cluster volume", Refused(Plain with { Mounts = [new() { Type = MountType.Cluster, Target = "/x" }] }));
        Assert.Contains("image", Refused(new()));
        Assert.Contains("seccomp", Refused(Plain with { Privileges = new() { Seccomp = new("odd") } }));
        Assert.Contains("AppArmor", Refused(Plain with { Privileges = new() { AppArmor = new("odd") } }));
        Assert.Contains("credential spec", Refused(Plain with { Privileges = new() { CredentialSpec = new(Config: "c") } }));
    }

    /// <summary>A new field of the spec must be thought of here too.</summary>
    [Fact]
    public void EveryField_IsKnownHere() => Assert.Equal(
        [
            "Args", "CapabilityAdd", "CapabilityDrop", "Command", "Configs", "Dir", "DnsConfig", "Env", "Groups", "Healthcheck", "Hostname", "Hosts",
            "Image", "Init", "Isolation", "Labels", "Mounts", "OomScoreAdj", "OpenStdin", "Privileges", "ReadOnly", "RegistryAuth", "Secrets",
            "StopGracePeriod", "StopSignal", "Sysctls", "Tty", "Ulimits", "User",
        ],
        typeof(Model.ContainerSpec).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal));

    private static CreateContainerParameters Make(Model.ContainerSpec spec) => ContainerRequest.Of(Samples.Task(spec), Samples.Node, Samples.Swarm, []);

    private static HostConfig Host(Model.ResourceRequirements resources) =>
        ContainerRequest.Of(With(spec => spec with { Resources = resources }), Samples.Node, Samples.Swarm, []).HostConfig;

    private static SwarmTask With(Func<Model.TaskSpec, Model.TaskSpec> change)
    {
        var task = Samples.Task();
        return task with { Spec = change(task.Spec) };
    }

    private static string Refused(Model.ContainerSpec spec) => Assert.Throws<TaskRefusedException>(() => Make(spec)).Message;
}
