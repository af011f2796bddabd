using SwarmPS.Api;
using SwarmPS.Cmdlets.Connection;
using SwarmPS.Cmdlets.Swarm;
using SwarmPS.Model;
using SwarmPS.Model.Validation;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.Tests.Swarm;

public sealed class SwarmTests
{
    private static readonly SwarmObject Cluster = new()
    {
        Id = "cluster1",
        Version = new(11),
        SubnetSize = 24,
        Spec = new() { Orchestration = new(5), Dispatcher = new(TimeSpan.FromSeconds(5)), CAConfig = new() { NodeCertExpiry = TimeSpan.FromDays(90) }, Raft = new() { SnapshotInterval = 10000 } },
    };

    private static async Task<FakeDaemon> DaemonAsync()
    {
        var daemon = await FakeDaemon.StartAsync();
        return daemon
            .Json("GET /info", () => new InfoAnswer { Name = "box", Swarm = new() { NodeId = "n1", NodeAddr = "10.0.0.1", LocalNodeState = "active", ControlAvailable = true, Nodes = 3, Managers = 1, Cluster = Cluster } })
            .Json("GET /swarm", () => Cluster)
            .Json("POST /swarm/init", () => "n1")
            .Json("POST /swarm/update", () => null)
            .Json("POST /swarm/leave", () => null);
    }

    [Fact]
    public async Task Swarm_IsShownAsTheNodeSeesIt()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        var swarm = prompt.Run("Get-Swarm").One<SwarmClusterInfo>();
        Assert.Equal(("cluster1", "active", "n1", true, 3, 1), (swarm.Id, swarm.LocalNodeState, swarm.NodeId, swarm.IsManager, swarm.Nodes, swarm.Managers));
        Assert.Equal((5L, TimeSpan.FromSeconds(5), TimeSpan.FromDays(90)), (swarm.TaskHistoryLimit, swarm.DispatcherHeartbeat, swarm.CertificateExpiry));
    }

    [Fact]
    public async Task NodeOutsideOfSwarms_IsShownAsInactive()
    {
        await using var daemon = await FakeDaemon.StartAsync();
        daemon.Json("GET /info", () => new InfoAnswer { Name = "box", Swarm = new() });
        using var prompt = new Prompt(daemon);
        var swarm = prompt.Run("Get-Swarm").One<SwarmClusterInfo>();
        Assert.Equal(("", "inactive", false, null), (swarm.Id, swarm.LocalNodeState, swarm.IsManager, swarm.CreatedAt));
    }

    [Fact]
    public async Task Initialize_AsksForWhatWasGiven_AndGivesTheSwarm()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        prompt.Run("Initialize-Swarm 10.0.0.1 -ListenAddress 10.0.0.1:2377 -DataPathAddress eth1 -DataPathPort 5000 -DefaultAddressPool 10.1.0.0/16, 10.2.0.0/16 -SubnetSize 26 " +
            "-Availability Drain -ForceNewCluster -Autolock -CertificateExpiry 720h -DispatcherHeartbeat 3s -TaskHistoryLimit 2 -SnapshotInterval 500 -MaxSnapshots 1").One<SwarmClusterInfo>();
        Assert.Equal(new SwarmInitRequest
        {
            AdvertiseAddr = "10.0.0.1",
            ListenAddr = "10.0.0.1:2377",
            DataPathAddr = "eth1",
            DataPathPort = 5000,
            DefaultAddrPool = ["10.1.0.0/16", "10.2.0.0/16"],
            SubnetSize = 26,
            Availability = NodeAvailability.Drain,
            ForceNewCluster = true,
            Spec = new()
            {
                EncryptionConfig = new(true),
                CAConfig = new() { NodeCertExpiry = TimeSpan.FromDays(30) },
                Dispatcher = new(TimeSpan.FromSeconds(3)),
                Orchestration = new(2),
                Raft = new() { SnapshotInterval = 500, KeepOldSnapshots = 1 },
            },
        }, Assert.Single(daemon.Changes).As<SwarmInitRequest>());
    }

    [Fact]
    public async Task Initialize_SendsARootOfYourOwn_WithItsKey_FromFilesAlone()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        var folder = Path.GetDirectoryName(daemon.Socket)!;
        File.WriteAllText(Path.Combine(folder, "ca.pem"), Certificates.Root);
        File.WriteAllText(Path.Combine(folder, "key.pem"), "the key");
        Assert.Equal("ConflictingParameters", prompt.Run($"Initialize-Swarm -CertificatePath '{folder}/ca.pem'").ErrorId);
        Assert.Equal("ConflictingParameters", prompt.Run($"Initialize-Swarm -ForceNewCluster -CertificatePath '{folder}/ca.pem' -KeyPath '{folder}/key.pem'").ErrorId);
        Assert.Equal("FileNotFound", prompt.Run($"Initialize-Swarm -CertificatePath '{folder}/ca.pem' -KeyPath '{folder}/no.pem'").ErrorId);
        Assert.Empty(daemon.Changes);
        prompt.Run($"Initialize-Swarm -CertificateExpiry 48h -CertificatePath '{folder}/ca.pem' -KeyPath '{folder}/key.pem'").One<SwarmClusterInfo>();
        Assert.Equal(
            new CaConfig { NodeCertExpiry = TimeSpan.FromHours(48), SigningCACert = Certificates.Root, SigningCAKey = "the key" },
            Assert.Single(daemon.Changes).As<SwarmInitRequest>().Spec!.CAConfig);
    }

    [Fact]
    public async Task Settings_ChangeOneByOne()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        prompt.Run("Set-Swarm -TaskHistoryLimit 1 -CertificateExpiry 48h").Clean();
        var change = Assert.Single(daemon.Changes);
        Assert.Equal("11", change.Query["version"]);
        Assert.Equal(Cluster.Spec with { Orchestration = new(1), CAConfig = new() { NodeCertExpiry = TimeSpan.FromDays(2) } }, change.As<SwarmSpec>());
    }

    [Fact]
    public async Task RebalanceBudget_IsALabelOfTheSwarm_AndLeavesOthersBe()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        prompt.Run("Set-Swarm -RebalanceBudget 2 -Admit devices; Set-Swarm -RebalanceBudget 0").Clean();
        Assert.Equal(["2", null], daemon.Changes.Select(change => change.As<SwarmSpec>().Labels?.Find(RebalanceBudget.Label)));
        Assert.Equal("devices", daemon.Changes.First().As<SwarmSpec>().Labels!.Find(Admission.Label));
        Assert.NotEmpty(prompt.Run("Set-Swarm -RebalanceBudget -1").Errors);
    }

    [Fact]
    public async Task Leaving_IsAskedForWithForceOnlyWhereItWasSaid()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        prompt.Run("Exit-Swarm -Confirm:$false; Exit-Swarm -Force -Confirm:$false").Clean();
        Assert.Equal(["", "true"], daemon.Changes.Select(change => change.Query.GetValueOrDefault("force", "")));
    }

    [Fact]
    public async Task Connection_IsTheSessionsOwn_AndCanBeForgotten()
    {
        await using var first = await DaemonAsync();
        await using var second = await DaemonAsync();
        using var here = new Prompt(first);
        using var there = new Prompt(second);
        Assert.Equal(second.Address, there.Run($"Connect-Swarm {second.Address}").One<SwarmConnectionInfo>().Address);
        var before = second.Requests.Count;
        here.Run("Get-Swarm").Clean();
        Assert.Equal(before, second.Requests.Count);
        var verbose = there.Run("Disconnect-Swarm -Verbose").Verbose;
        Assert.Contains(verbose, line => line.StartsWith($"No longer connected to {second.Address}", StringComparison.Ordinal));
        Assert.Contains(there.Run("Disconnect-Swarm -Verbose").Verbose, line => line.StartsWith("This session was not connected", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RelativeSocket_CountsFromTheSessionsFolder()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt();
        Assert.Equal(daemon.Socket, prompt.Run($"[void][IO.Directory]::SetCurrentDirectory('/'); $ExecutionContext.SessionState.Path.SetLocation('{Path.GetDirectoryName(daemon.Socket)}') | Out-Null; Connect-Swarm api.sock").One<SwarmConnectionInfo>().Socket);
    }

    [Fact]
    public async Task FailedConnection_LeavesTheOldOne()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        Assert.Equal("DaemonNotRunning", prompt.Run("Connect-Swarm /nowhere/api.sock").ErrorId);
        prompt.Run("Get-Swarm").Clean();
    }

    [Fact]
    public async Task Backup_IsWrittenForItsOwnerAlone_AndReplacesNothingUnasked()
    {
        await using var daemon = await DaemonAsync();
        daemon.On("POST /swarmps/backup", (context, _) => context.Response.Body.WriteAsync(new byte[] { 1, 2, 3 }).AsTask());
        using var prompt = new Prompt(daemon);
        var folder = Directory.CreateTempSubdirectory("swarmps-backup-").FullName;
        try
        {
            var path = Path.Combine(folder, "swarm.backup");
            const string Passphrase = "$p = [Security.SecureString]::new(); 'long enough'.ToCharArray().ForEach{ $p.AppendChar($_) }; ";
            prompt.Run($"{Passphrase} Backup-Swarm '{path}' -Passphrase $p").One<FileInfo>();
            Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(path));
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.Equal("long enough", daemon.Changes.Single().As<SwarmBackupRequest>().Passphrase);
            Assert.StartsWith("FileExists", prompt.Run($"{Passphrase} Backup-Swarm '{path}' -Passphrase $p").Error.FullyQualifiedErrorId, StringComparison.Ordinal);
            daemon.Refuse("POST /swarmps/backup", 400, "the passphrase is too short");
            _ = prompt.Run($"{Passphrase} Backup-Swarm '{path}' -Passphrase $p -Force").Error;
            Assert.Equal([path], Directory.GetFiles(folder));
            Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(path));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Restore_SendsWhatIsAskedFor_AndThenTheFile()
    {
        await using var daemon = await DaemonAsync();
        daemon.Json("POST /swarmps/restore", () => "n1");
        using var prompt = new Prompt(daemon);
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "the backup's bytes");
            prompt.Run($"$p = [Security.SecureString]::new(); 'long enough'.ToCharArray().ForEach{{ $p.AppendChar($_) }}; Restore-Swarm '{path}' -Passphrase $p -AdvertiseAddress 10.0.0.1 -Confirm:$false").One<SwarmClusterInfo>();
            var sent = daemon.Changes.Single().Body.Split('\n', 2);
            Assert.Equal(("long enough", "10.0.0.1"), (ApiJson.Read<SwarmRestoreRequest>(sent[0]).Passphrase, ApiJson.Read<SwarmRestoreRequest>(sent[0]).AdvertiseAddr));
            Assert.Equal("the backup's bytes", sent[1]);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
