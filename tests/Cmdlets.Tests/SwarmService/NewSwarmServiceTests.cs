using System.Management.Automation;
using Microsoft.AspNetCore.Http;
using SwarmPS.Cmdlets.SwarmService;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Tests.SwarmService;

public sealed class NewSwarmServiceTests
{
    /// <summary>What <c>New-SwarmService</c> posts for some arguments.</summary>
    private static async Task<ServiceSpec> PostedAsync(string arguments, string before = "")
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has();
        using var prompt = new Prompt(daemon);
        prompt.Run($"{before}\nNew-SwarmService web nginx -NoWait {arguments}").Clean();
        return Assert.Single(daemon.Changes).As<ServiceSpec>();
    }

    [Fact]
    public async Task NothingButNameAndImage_LeavesTheRestToTheDaemon()
    {
        var expected = new ServiceSpec { Name = "web", Mode = new() { Replicated = new(1) }, TaskTemplate = new() { ContainerSpec = new() { Image = "nginx" } } };
        Assert.Equal(expected, await PostedAsync(""));
    }

    [Fact]
    public async Task Container_HasWhatWasGiven()
    {
        var container = (await PostedAsync(
            "-ArgumentList a, b -Command /bin/sh, -c -Env @{ B = 2; A = '1' } -ContainerLabel x=y, z -WorkingDirectory /w -User 1:2 -Group g " +
            "-Hostname '{{.Node.Hostname}}' -ReadOnly -StopGracePeriod 1m30s -StopSignal SIGINT -Tty -Init " +
            "-Mount 'type=bind,src=/a,dst=/b,ro', @{ Type = 'tmpfs'; Target = '/t'; 'Tmpfs-Size' = 1MB } " +
            "-CapAdd net_admin -CapDrop all -Sysctl @{ 'net.core.somaxconn' = 1024 } -Ulimit nofile=10:20 -Dns 1.1.1.1 -DnsSearch s -DnsOption o -Host db:10.0.0.5")).TaskTemplate.ContainerSpec;
        Assert.Equal(new ContainerSpec
        {
            Image = "nginx",
            Args = ["a", "b"],
            Command = ["/bin/sh", "-c"],
            Env = ["A=1", "B=2"],
            Labels = new([new("x", "y"), new("z", "")]),
            Dir = "/w",
            User = "1:2",
            Groups = ["g"],
            Hostname = "{{.Node.Hostname}}",
            ReadOnly = true,
            StopGracePeriod = TimeSpan.FromSeconds(90),
            StopSignal = "SIGINT",
            Tty = true,
            Init = true,
            Mounts = [new() { Type = MountType.Bind, Source = "/a", Target = "/b", ReadOnly = true }, new() { Type = MountType.Tmpfs, Target = "/t", TmpfsOptions = new() { SizeBytes = 1 << 20 } }],
            CapabilityAdd = ["CAP_NET_ADMIN"],
            CapabilityDrop = ["ALL"],
            Sysctls = new([new("net.core.somaxconn", "1024")]),
            Ulimits = [new("nofile", 20, 10)],
            DnsConfig = new() { Nameservers = ["1.1.1.1"], Search = ["s"], Options = ["o"] },
            Hosts = ["10.0.0.5 db"],
        }, container);
    }

    [Fact]
    public async Task Task_HasWhatWasGiven()
    {
        var template = (await PostedAsync(
            "-LimitCpu 0.5 -LimitMemory 512MB -LimitPids 100 -ReserveCpu 0.25 -ReserveMemory 64m -RestartCondition on-failure -RestartDelay 2s " +
            "-RestartMaxAttempts 3 -RestartWindow 00:02:00 -Constraint 'node.role==manager' -PlacementPreference spread=node.labels.zone " +
            "-MaxReplicasPerNode 2 -LogDriver json-file -LogOption max-size=1m")).TaskTemplate;
        Assert.Equal(new ResourceRequirements
        {
            Limits = new() { NanoCPUs = 500_000_000, MemoryBytes = 512L << 20, Pids = 100 },
            Reservations = new() { NanoCPUs = 250_000_000, MemoryBytes = 64 << 20 },
        }, template.Resources);
        Assert.Equal(new RestartPolicy { Condition = RestartCondition.OnFailure, Delay = TimeSpan.FromSeconds(2), MaxAttempts = 3, Window = TimeSpan.FromMinutes(2) }, template.RestartPolicy);
        Assert.Equal(new Placement { Constraints = ["node.role==manager"], Preferences = [new(new("node.labels.zone"))], MaxReplicas = 2 }, template.Placement);
        Assert.Equal(new LogDriver { Name = "json-file", Options = new([new("max-size", "1m")]) }, template.LogDriver);
    }

    [Fact]
    public async Task RarerSettings_HaveWhatWasGiven()
    {
        var template = (await PostedAsync(
            "-LimitMemory 64m -MemorySwap -1 -MemorySwappiness 10 -OomScoreAdj -500 -GenericResource gpu=2, ssd=1 -Isolation default " +
            "-Network host, @{ Name = 'back'; Alias = 'db' }, name=front,alias=a,alias=b,driver-opt=k=v")).TaskTemplate;
        Assert.Equal(new ResourceRequirements
        {
            Limits = new() { MemoryBytes = 64 << 20 },
            Reservations = new() { GenericResources = [new() { DiscreteResourceSpec = new("gpu", 2) }, new() { DiscreteResourceSpec = new("ssd", 1) }] },
            SwapBytes = -1,
            MemorySwappiness = 10,
        }, template.Resources);
        Assert.Equal((-500, "default"), (template.ContainerSpec!.OomScoreAdj, template.ContainerSpec.Isolation));
        Assert.Equal(
            [
                new() { Target = "host" }, new() { Target = "back", Aliases = ["db"] },
                new() { Target = "front", Aliases = ["a", "b"], DriverOpts = new([new("k", "v")]) },
            ],
            template.Networks!);
    }

    [Fact]
    public async Task RegistryCredential_GoesInTheHeader_AndNowhereElse()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        var header = "";
        daemon.Has().On("POST /services/create", (context, _) =>
        {
            header = context.Request.Headers["X-Registry-Auth"];
            return context.Response.WriteAsync(Api.ApiJson.Write(new Api.CreateAnswer { Id = "x" }));
        });
        using var prompt = new Prompt(daemon);
        prompt.Run("New-SwarmService web nginx -NoWait -RegistryCredential ([pscredential]::new('me', [System.Net.NetworkCredential]::new('', 'päss?>').SecurePassword))");
        Assert.Equal("{\"username\":\"me\",\"password\":\"päss?>\"}", System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(header.Replace('-', '+').Replace('_', '/'))));
        Assert.DoesNotContain("ss?>", daemon.Changes.Single().Body);
    }

    [Fact]
    public async Task Service_HasWhatWasGiven()
    {
        var spec = await PostedAsync(
            "-Replicas 4 -Label @{ team = 'a' } -EndpointMode dnsrr -Publish 'published=8080,target=80,mode=host', 53/udp, @{ Target = 443; Mode = 'host' } " +
            "-UpdateParallelism 0 -UpdateDelay 1s -UpdateFailureAction rollback -UpdateMonitor 3s -UpdateMaxFailureRatio 0.1 -UpdateOrder start-first " +
            "-RollbackDelay 2s -RollbackFailureAction continue -RollbackMonitor 4s -RollbackMaxFailureRatio 0.2 -RollbackOrder StopFirst");
        Assert.Equal(4ul, spec.Mode?.Replicated?.Replicas);
        Assert.Equal(new ValueMap<string>([new("team", "a")]), spec.Labels);
        Assert.Equal(new EndpointSpec
        {
            Mode = EndpointMode.Dnsrr,
            Ports =
            [
                new() { Protocol = PortProtocol.Tcp, TargetPort = 80, PublishedPort = 8080, PublishMode = PublishMode.Host, HostIP = "", PreserveSource = false, PreferLocal = false },
                new() { Protocol = PortProtocol.Udp, TargetPort = 53, PublishMode = PublishMode.Ingress, HostIP = "", PreserveSource = false, PreferLocal = false },
                new() { Protocol = PortProtocol.Tcp, TargetPort = 443, PublishMode = PublishMode.Host, HostIP = "", PreserveSource = false, PreferLocal = false },
            ],
        }, spec.EndpointSpec);
        Assert.Equal(new UpdateConfig
        {
            Parallelism = 0,
            Delay = TimeSpan.FromSeconds(1),
            FailureAction = UpdateFailureAction.Rollback,
            Monitor = TimeSpan.FromSeconds(3),
            MaxFailureRatio = 0.1,
            Order = UpdateOrder.StartFirst,
        }, spec.UpdateConfig);
        Assert.Equal(new UpdateConfig
        {
            Parallelism = 1,
            Delay = TimeSpan.FromSeconds(2),
            FailureAction = UpdateFailureAction.Continue,
            Monitor = TimeSpan.FromSeconds(4),
            MaxFailureRatio = 0.2,
            Order = UpdateOrder.StopFirst,
        }, spec.RollbackConfig);
    }

    [Fact]
    public async Task Health_OneTextIsAShellLine_SeveralAreWords()
    {
        var line = (await PostedAsync("-HealthCommand 'wget -q x' -HealthInterval 1s -HealthRetries 2 -HealthTimeout 3s -HealthStartPeriod 4s -HealthStartInterval 5s")).TaskTemplate.ContainerSpec!.Healthcheck;
        Assert.Equal(new HealthConfig
        {
            Test = ["CMD-SHELL", "wget -q x"],
            Interval = TimeSpan.FromSeconds(1),
            Retries = 2,
            Timeout = TimeSpan.FromSeconds(3),
            StartPeriod = TimeSpan.FromSeconds(4),
            StartInterval = TimeSpan.FromSeconds(5),
        }, line);
        Assert.Equal(["CMD", "wget", "x"], (await PostedAsync("-HealthCommand wget, x")).TaskTemplate.ContainerSpec!.Healthcheck!.Test);
        Assert.Equal(["NONE"], (await PostedAsync("-NoHealthcheck")).TaskTemplate.ContainerSpec!.Healthcheck!.Test);
    }

    [Theory]
    [InlineData("-Mount type=bind,src=/a,dst=/b,ro", "Bind /a /b True")]
    [InlineData("-Mount dst=/a,dst=/b", "Volume  /a False;Volume  /b False")]
    [InlineData("-Mount type=volume,src=d,dst=/a,volume-opt=a=1,volume-opt=b=2,type=tmpfs,dst=/t", "Volume d /a False;Tmpfs  /t False")]
    [InlineData("-Mount 'src=d,dst=/a',type=tmpfs,dst=/t,'src=e,dst=/e'", "Volume d /a False;Tmpfs  /t False;Volume e /e False")]
    public async Task DockersMountNotation_NeedsNoQuotes(string argument, string expected)
    {
        var mounts = (await PostedAsync(argument)).TaskTemplate.ContainerSpec!.Mounts!;
        Assert.Equal(expected, string.Join(';', mounts.Select(mount => $"{mount.Type} {mount.Source} {mount.Target} {mount.ReadOnly}")));
    }

    [Theory]
    [InlineData("-Publish 8080:80", "8080:80/Tcp Ingress")]
    [InlineData("-Publish published=8080,target=80,mode=host,published=81,target=81", "8080:80/Tcp Host;81:81/Tcp Ingress")]
    [InlineData("-Publish published=80,target=8080,preserve-source, @{ Target = 81; PreserveSource = $true; PreferLocal = $true }, target=82,prefer-local=true", "80:8080/Tcp Ingress source;0:81/Tcp Ingress source local;0:82/Tcp Ingress local")]
    [InlineData("-Publish 127.0.0.1:8080:80, [::1]:8080:80", "127.0.0.1 8080:80/Tcp Ingress;::1 8080:80/Tcp Ingress")]
    [InlineData("-Publish 127.0.0.1::80/udp, @{ Target = 53; HostIP = '10.0.0.1' }, target=54,host_ip=10.0.0.2", "127.0.0.1 0:80/Udp Ingress;10.0.0.1 0:53/Tcp Ingress;10.0.0.2 0:54/Tcp Ingress")]
    [InlineData("-Publish 80, target=53,protocol=udp, 8000-8001:90-91/sctp", "0:80/Tcp Ingress;0:53/Udp Ingress;8000:90/Sctp Ingress;8001:91/Sctp Ingress")]
    public async Task DockersPublishNotation_NeedsNoQuotes(string argument, string expected)
    {
        var ports = (await PostedAsync(argument)).EndpointSpec!.Ports!;
        Assert.Equal(expected, string.Join(';', ports.Select(port => $"{port.HostIP} {port.PublishedPort}:{port.TargetPort}/{port.Protocol} {port.PublishMode}{(port.PreserveSource == true ? " source" : "")}{(port.PreferLocal == true ? " local" : "")}".Trim())));
    }

    [Theory]
    [InlineData("2s", 2)]
    [InlineData("'2s'", 2)]
    [InlineData("1m30s", 90)]
    [InlineData("1.5h", 5400)]
    [InlineData("00:01:00", 60)]
    [InlineData("([TimeSpan]::FromMinutes(2))", 120)]
    [InlineData("0", 0)]
    public async Task Durations_AreTakenAsDockerAndAsPowerShellWriteThem(string text, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), (await PostedAsync($"-StopGracePeriod {text}")).TaskTemplate.ContainerSpec!.StopGracePeriod);

    [Theory]
    [InlineData("512MB", 512 << 20)]
    [InlineData("512m", 512 << 20)]
    [InlineData("'1.5g'", 1536L << 20)]
    [InlineData("(64 * 1024)", 65536)]
    [InlineData("6000000", 6000000)]
    public async Task Sizes_AreTakenAsDockerAndAsPowerShellWriteThem(string text, long bytes) =>
        Assert.Equal(bytes, (await PostedAsync($"-LimitMemory {text}")).TaskTemplate.Resources!.Limits!.MemoryBytes);

    [Theory]
    [InlineData("-Seccomp unconfined -AppArmor Disabled", "unconfined:;disabled;;")]
    [InlineData("-SELinux type=svirt_t, 'level=s0:c1,c2' -NoNewPrivileges", ":;;||svirt_t|s0:c1,c2|;True")]
    [InlineData("-SELinux disable", ":;;||||True;")]
    [InlineData("-SELinux @{ user = 'u'; role = 'r' }", ":;;u|r|||;")]
    [InlineData("-Seccomp $f", "custom:e30=;;;", "$f = New-TemporaryFile; Set-Content $f '{}' -NoNewline")]
    public async Task SecurityProfiles_AreTheApis(string arguments, string expected, string before = "")
    {
        var privileges = (await PostedAsync(arguments, before)).TaskTemplate.ContainerSpec!.Privileges!;
        var labels = privileges.SELinuxContext is { } context ? $"{context.User}|{context.Role}|{context.Type}|{context.Level}|{context.Disable}" : "";
        Assert.Equal(expected, $"{privileges.Seccomp?.Mode}:{privileges.Seccomp?.Profile};{privileges.AppArmor?.Mode};{labels};{privileges.NoNewPrivileges}");
    }

    [Fact]
    public void LabelThatIsNone_IsRefused()
    {
        using var prompt = new Prompt();
        Assert.Equal("InvalidArgument", prompt.Run("New-SwarmService a b -SELinux colour=red").ErrorId);
    }

    [Fact]
    public async Task Global_HasNoReplicas()
    {
        Assert.Equal(new ServiceMode { Global = new() }, (await PostedAsync("-Mode global")).Mode);
        using var prompt = new Prompt();
        var outcome = prompt.Run("New-SwarmService a b -Mode Global -Replicas 2");
        Assert.Equal("ConflictingParameters", outcome.ErrorId);
    }

    [Theory]
    [InlineData("-Mode ReplicatedJob", 1, 1)]
    [InlineData("-Mode replicatedjob -Replicas 5", 5, 5)]
    [InlineData("-Mode ReplicatedJob -Replicas 5 -MaxConcurrent 2", 2, 5)]
    public async Task ReplicatedJob_HasItsCounts(string arguments, ulong concurrent, ulong completions) =>
        Assert.Equal(new ServiceMode { ReplicatedJob = new(concurrent, completions) }, (await PostedAsync(arguments)).Mode);

    [Fact]
    public async Task GlobalJob_HasNoCounts()
    {
        Assert.Equal(new ServiceMode { GlobalJob = new() }, (await PostedAsync("-Mode GlobalJob")).Mode);
        using var prompt = new Prompt();
        Assert.Equal("ConflictingParameters", prompt.Run("New-SwarmService a b -Mode GlobalJob -Replicas 2").ErrorId);
        Assert.Equal("ConflictingParameters", prompt.Run("New-SwarmService a b -Mode GlobalJob -MaxConcurrent 2").ErrorId);
    }

    [Fact]
    public async Task EnvFile_ComesBeforeEnv_AndABareNameTakesItsValueHere()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "# no\n\nA=file\nB=b=c\nSWARMPS_TEST_BARE\n", TestContext.Current.CancellationToken);
        Environment.SetEnvironmentVariable("SWARMPS_TEST_BARE", "here");
        var env = (await PostedAsync($"-EnvFile '{file}' -Env A=given, SWARMPS_TEST_NONE")).TaskTemplate.ContainerSpec!.Env;
        File.Delete(file);
        Assert.Equal(["A=given", "B=b=c", "SWARMPS_TEST_BARE=here"], env);
    }

    [Fact]
    public void EnvFileThatIsWrong_IsToldWithItsLine()
    {
        using var prompt = new Prompt();
        Assert.Equal("FileNotFound", prompt.Run("New-SwarmService a b -EnvFile /nowhere/at.all").ErrorId);
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "A=1\nnot a name=2\n");
        var outcome = prompt.Run($"New-SwarmService a b -EnvFile '{file}'");
        File.Delete(file);
        Assert.Equal("InvalidArgument", outcome.ErrorId);
        Assert.Contains($"Line 2 of {file}", outcome.Error.Exception.Message);
    }

    [Theory]
    [InlineData("-StopGracePeriod 5", "is not a duration")]
    [InlineData("-StopGracePeriod soon", "is not a duration")]
    [InlineData("-LimitMemory lots", "is not a size")]
    [InlineData("-Constraint 'node.rule==manager'", "which nodes do not have")]
    [InlineData("-PlacementPreference zone", "cannot be spread over")]
    [InlineData("-Mount 'type=bind,dst=/x'", "has no source")]
    [InlineData("-Mount @{ Type = 'bind'; Source = '/a' }", "has no target")]
    [InlineData("-Publish 80:90:100", "'80' in '80:90:100' is not an address to publish on")]
    [InlineData("-Publish 1.2.3.4:80:90:100", "too many parts")]
    [InlineData("-Publish '[::1:80:90'", "a bracket that is not closed")]
    [InlineData("-Publish 99999", "is not a port")]
    [InlineData("-Label '=x'", "A name is missing")]
    [InlineData("-Ulimit nofile", "is not a limit")]
    [InlineData("-Host db", "is not a host with its address")]
    [InlineData("-GenericResource gpu", "reserves nothing")]
    [InlineData("-Network 'alias=a'", "has no name")]
    [InlineData("-OomScoreAdj 2000", "OomScoreAdj")]
    [InlineData("-RestartCondition sometimes", "RestartCondition")]
    [InlineData("-UpdateMaxFailureRatio 2", "UpdateMaxFailureRatio")]
    public void WrongValue_IsToldBeforeAnythingIsAsked(string argument, string expected)
    {
        using var prompt = new Prompt();
        var outcome = prompt.Run($"New-SwarmService web nginx {argument}");
        Assert.Contains(expected, outcome.Error.Exception.Message);
        Assert.Contains(outcome.ErrorId, new[] { "ParameterArgumentTransformationError", "ParameterArgumentValidationError", "CannotConvertArgumentNoMessage", "InvalidArgument" });
    }

    [Fact]
    public async Task New_GivesTheService_OnceItRuns_AndTellsWarnings()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has().Json("POST /services/create", request =>
        {
            daemon.Has(Samples.Web with { Id = "x", Spec = request.As<ServiceSpec>() });
            return new Api.CreateAnswer { Id = "x", Warnings = ["image nginx could not be accessed"] };
        });
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("New-SwarmService web nginx -Replicas 3 -NoResolveImage");
        var service = outcome.One<SwarmServiceInfo>();
        Assert.Equal(("x", "web", 3ul, 2ul), (service.Id, service.Name, service.Replicas, service.Running));
        Assert.Equal(["image nginx could not be accessed"], outcome.Warnings);
        Assert.Contains(daemon.Requests, request => request.Path == "/swarmps/services/x/convergence" && request.Query["follow"] == "true");
    }

    [Fact]
    public async Task New_FromThePipeline_TakesNameAndImage()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Has();
        using var prompt = new Prompt(daemon);
        prompt.Run("[pscustomobject]@{ Name = 'a'; Image = 'i' } | New-SwarmService -NoWait").Clean();
        Assert.Equal(("a", "i"), daemon.Changes.Single().As<ServiceSpec>() is var spec ? (spec.Name, spec.TaskTemplate.ContainerSpec!.Image) : default);
    }

    [Fact]
    public async Task NameThatIsTaken_IsAnErrorWithTheNameAsItsTarget()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Refuse("POST /services/create", 409, "rpc error: code = AlreadyExists desc = name conflicts with an existing object: service web already exists");
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run("New-SwarmService web nginx");
        Assert.Equal(("ServiceExists", ErrorCategory.ResourceExists, "web"), (outcome.ErrorId, outcome.Error.CategoryInfo.Category, outcome.Error.TargetObject));
    }
}
