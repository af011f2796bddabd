using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Lab;
using SwarmPS.Model;

namespace SwarmPS.EndToEnd;

/// <summary>Three managers and a worker whose root is changed four times in a row, by the docker client and by the cmdlet, while a service is deployed again and again.</summary>
public sealed class RootRotationTests(ITestOutputHelper report) : IAsyncLifetime
{
    private static readonly string[] Managers = ["n1", "n2", "n3"];
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly CancellationTokenSource done = new();
    private LabFixture lab = null!;

    public async ValueTask InitializeAsync() => lab = await LabFixture.StartAsync(nodes: 4, managers: 3);

    public async ValueTask DisposeAsync()
    {
        if (lab is not null)
            await lab.DisposeAsync();
        done.Dispose();
    }

    [Fact]
    public async Task ChangesInARow_DuringDeploys_LoseNothing_AndEveryNodeGoesAlong()
    {
        List<string> roots = [await RootAsync("n1")];
        await lab.Client("n1").CreateServiceAsync(Sleeping("0"), CancellationToken.None);
        var deploying = DeployAsync();

        await DockerOn("n2").RunAsync("swarm", "ca", "--rotate", "--quiet");
        await ChangedAsync(roots, "n2");

        var (certificate, key) = OwnRoot();
        await DockerOn("n1").RunAsync("swarm", "ca", "--rotate", "--quiet", "--ca-cert", certificate, "--ca-key", key);
        await ChangedAsync(roots, "n1");
        Assert.Equal(await File.ReadAllTextAsync(certificate), roots[^1]);

        var said = await ShellScript.RunAsync(
            $"Connect-Swarm '{lab.Place("n2").Socket}'; $authority = Update-SwarmCertificateAuthority -PassThru; \"$($authority.RotationInProgress) $($authority.Subject)\"");
        Assert.Equal("False CN=swarm-ca", said[^1]);
        await ChangedAsync(roots, "n2");

        await DockerOn("n3").RunAsync("swarm", "ca", "--rotate", "--detach");
        var leader = (await lab.Client("n3").ListNodesAsync(new(), CancellationToken.None)).Single(node => node.ManagerStatus?.Leader == true).Description!.Hostname!;
        await lab.KillAsync(leader, LabPart.Daemon);
        await lab.StartAsync(leader);
        await ChangedAsync(roots, leader);

        await done.CancelAsync();
        var (last, made) = await deploying;
        report.WriteLine($"{made} deploys were accepted meanwhile");
        var converged = await DockerOn(leader).RunAsync("service", "inspect", "web", "--format", "{{json .Spec.TaskTemplate.ContainerSpec.Env}}");
        Assert.Equal($"[\"DEPLOY={last}\"]", converged.Trim());
        await Eventually.TrueAsync(async () => (await RunningAsync()).Count(task => task.Spec.ContainerSpec!.Env.OrEmpty().Contains($"DEPLOY={last}")) == 2, () => $"the last deploy to run\n{lab.Logs()}", Deadline);
    }

    /// <summary>Deploys through one manager after the other until it is told to end. What was accepted last is what must be there.</summary>
    private async Task<(string Last, int Made)> DeployAsync()
    {
        var (last, made) = ("0", 0);
        for (var i = 1; !done.IsCancellationRequested; i++)
        {
            try
            {
                var client = lab.Client(Managers[i % Managers.Length]);
                var service = await client.GetServiceAsync("web", CancellationToken.None);
                await client.UpdateServiceAsync(service.Id, service.Version.Index, Sleeping($"{i}"), CancellationToken.None);
                (last, made) = ($"{i}", made + 1);
            }
            catch (SwarmApiException refused) when (refused.Message.Contains("out of sequence", StringComparison.Ordinal))
            {
                // The service was changed by the swarm between the two calls.
            }
            catch (SwarmUnreachableException)
            {
                // The daemon that is being killed; whether this one was made shows in what is read next.
                last = (await Eventually.GetAsync(() => lab.Client(Managers[(i + 1) % Managers.Length]).GetServiceAsync("web", CancellationToken.None)))
                    .Spec.TaskTemplate.ContainerSpec!.Env.OrEmpty()[0]["DEPLOY=".Length..];
            }
        }
        return (last, made);
    }

    /// <summary>Waits until the root is another one than ever before, and every node is ready with a certificate of it.</summary>
    private async Task ChangedAsync(List<string> roots, string at)
    {
        var state = "";
        await Eventually.TrueAsync(
            async () =>
            {
                var swarm = await lab.Client(at).GetSwarmAsync(CancellationToken.None);
                var nodes = await lab.Client(at).ListNodesAsync(new(), CancellationToken.None);
                state = $"in progress: {swarm.RootRotationInProgress}; " + string.Join(", ", nodes.Select(node => $"{node.Description?.Hostname} {node.Status.State}"));
                return !swarm.RootRotationInProgress && !roots.Contains(swarm.TLSInfo!.TrustRoot!)
                    && nodes.All(node => node.Status.State == NodeState.Ready && node.Description!.TLSInfo!.CertIssuerPublicKey == swarm.TLSInfo.CertIssuerPublicKey);
            },
            () => $"the new root ({state})\n{lab.Logs(40)}",
            Deadline);
        roots.Add(await RootAsync(at));
    }

    private async Task<string> RootAsync(string at) => (await lab.Client(at).GetSwarmAsync(CancellationToken.None)).TLSInfo!.TrustRoot!;

    private async Task<List<SwarmTask>> RunningAsync() =>
        [.. (await lab.Client("n1").ListTasksAsync(new ApiFilters().Add("service", "web"), CancellationToken.None))
            .Where(task => task.Status.State == TaskState.Running && task.DesiredState == TaskState.Running)];

    private DockerClient DockerOn(string node) => new("unix://" + lab.Place(node).Socket);

    private (string Certificate, string Key) OwnRoot()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=own-ca", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddYears(10));
        var folder = lab.Lab.Folder;
        var (certificateFile, keyFile) = (Path.Combine(folder, "own-ca.pem"), Path.Combine(folder, "own-ca-key.pem"));
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem() + "\n");
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (certificateFile, keyFile);
    }

    private static ServiceSpec Sleeping(string deploy) => new()
    {
        Name = "web",
        Mode = new() { Replicated = new(2) },
        TaskTemplate = new()
        {
            ContainerSpec = new() { Image = LabFixture.Image, Command = ["sleep", "3600"], Env = [$"DEPLOY={deploy}"], StopGracePeriod = TimeSpan.FromMilliseconds(1) },
        },
    };
}
