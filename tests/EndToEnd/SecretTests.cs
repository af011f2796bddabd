using System.Text;
using SwarmPS.TestKit;

namespace SwarmPS.EndToEnd;

/// <summary>Secrets and configs through the real <c>docker</c> client, down to the container on a real engine.</summary>
public sealed class SecretTests(EngineFixture engine) : IAsyncLifetime
{
    /// <summary>A config that names its task, its environment and a secret.</summary>
    private async Task TemplateIsFilledInAsync()
    {
        var made = await docker.TryAsync("{{.Service.Name}} {{env \"MODE\"}} {{secret \"key\"}}!", "config", "create", "--template-driver", "golang", "filled", "-");
        Assert.True(made.ExitCode == 0, made.All);
        Assert.Contains("is not known. Known are", (await docker.TryAsync("{{.Service.Colour}}", "config", "create", "--template-driver", "golang", "wrong", "-")).Error);
        await docker.RunAsync("service", "create", "--detach", "--name", "filled", "--env", "MODE=fast", "--secret", "key", "--config", "filled", "--stop-grace-period", "0s", engine.Image, "sh", "-c", "cat /filled; echo; sleep 3600");
        await Eventually.TrueAsync(async () => (await docker.RunAsync("service", "logs", "--raw", "filled")).Contains($"filled fast {Secret}!"), () => "the container to read its template");
        await docker.RunAsync("service", "rm", "filled");
        await Eventually.TrueAsync(async () => (await docker.RunAsync("ps", "-q")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == 1, () => "its container to go");
        await docker.RunAsync("config", "rm", "filled");
    }

    private const string Secret = "s3cret-e2e-7f3a91";
    private const string Config = "c0nfig-e2e-55d0c2";

    private DaemonProcess daemon = null!;
    private DockerClient docker = null!;

    public async ValueTask InitializeAsync()
    {
        engine.SkipUnlessUsable();
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting a file system in memory needs root");
        daemon = new(engine.Socket);
        docker = new(daemon.Address);
        await daemon.StartAsync();
        await docker.RunAsync("swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", $"127.0.0.1:{FreePorts.Pair()}");
    }

    public async ValueTask DisposeAsync() => await daemon.DisposeAsync();

    [Fact]
    public async Task SecretsAndConfigs_AreReadInContainers_AndNowhereElse()
    {
        await CreateAsync("secret", "key", Secret);
        await CreateAsync("config", "conf", Config);
        Assert.Contains("key", await docker.RunAsync("secret", "ls", "--filter", "name=k"));
        Assert.DoesNotContain("Data", await docker.RunAsync("secret", "inspect", "key"));
        Assert.Contains(Config, await docker.RunAsync("config", "inspect", "--pretty", "conf"));
        Assert.Contains("already exists", (await docker.TryAsync("other", "secret", "create", "key", "-")).Error);

        var created = await docker.RunAsync("service", "create", "--name", "web", "--user", "1234", "--stop-grace-period", "0s",
            "--secret", "source=key,target=my-key,uid=1234,gid=7,mode=0400", "--config", "source=conf,target=/etc/app.conf",
            engine.Image, "sh", "-c", "ls -ln /run/secrets/my-key /etc/app.conf; cat /run/secrets/my-key /etc/app.conf; echo; sleep 3600");
        Assert.Contains("converged", created);
        await Eventually.TrueAsync(async () => (await docker.RunAsync("service", "logs", "--raw", "web")).Contains(Config), () => "the container to read its files");
        var printed = await docker.RunAsync("service", "logs", "--raw", "web");
        Assert.Matches(@"-r-------- +1 1234 +7 +17 .*/run/secrets/my-key", printed);
        Assert.Matches(@"-r--r--r-- +1 0 +0 +17 .*/etc/app\.conf", printed);
        Assert.Contains(Secret + Config, printed);

        await TemplateIsFilledInAsync();
        var container = (await docker.RunAsync("ps", "-q")).Trim();
        var shown = await docker.RunAsync("inspect", container);
        Assert.DoesNotContain(Secret, shown);
        Assert.DoesNotContain(Base64(Secret), shown);
        var source = Source(await docker.RunAsync("inspect", "--format", "{{range .Mounts}}{{.Source}}\n{{end}}", container));
        Assert.Equal(Secret, await File.ReadAllTextAsync(source));
        Assert.Equal("tmpfs", new DriveInfo(Path.GetDirectoryName(source)!).DriveFormat);
        foreach (var (kind, name) in new[] { ("secret", "key"), ("config", "conf") })
            Assert.Contains("is in use by the following service: web", (await docker.TryAsync(null, kind, "rm", name)).Error);
        CheckDisk();

        await docker.RunAsync("service", "rm", "web");
        await Eventually.TrueAsync(() => Task.FromResult(!Directory.Exists(Path.GetDirectoryName(source))), () => "the secret to go from the host");
        Assert.DoesNotContain(Path.GetDirectoryName(source)!, await File.ReadAllTextAsync("/proc/mounts"));
        await docker.RunAsync("secret", "rm", "key");
        await docker.RunAsync("config", "rm", "conf");
        Assert.Empty((await docker.RunAsync("secret", "ls", "-q")).Trim());
    }

    [Fact]
    public async Task KilledDaemon_LeavesSecretsInPlace_AndServesThemAnew()
    {
        await CreateAsync("secret", "key", Secret);
        await docker.RunAsync("service", "create", "--name", "web", "--stop-grace-period", "0s", "--restart-delay", "100ms", "--secret", "key",
            engine.Image, "sh", "-c", "cat /run/secrets/key; sleep 3600");
        var before = (await docker.RunAsync("ps", "-q")).Trim();
        await daemon.KillAsync();
        await daemon.StartAsync();
        await Eventually.TrueAsync(async () => (await docker.TryAsync(null, "service", "ls")).Output.Contains("1/1"), () => "the service to be back");
        Assert.Equal(Secret, await docker.RunAsync("exec", before, "cat", "/run/secrets/key"));
        await docker.RunAsync("kill", before);
        await Eventually.TrueAsync(async () => (await docker.RunAsync("ps", "-q")).Trim() is { Length: > 0 } now && now != before, () => "a new container");
        var after = (await docker.RunAsync("ps", "-q")).Trim();
        Assert.Equal(Secret, await docker.RunAsync("exec", after, "cat", "/run/secrets/key"));
        CheckDisk();
    }

    private async Task CreateAsync(string kind, string name, string value)
    {
        var created = await docker.TryAsync(value, kind, "create", "--label", "team=a", name, "-");
        Assert.True(created.ExitCode == 0, created.All);
    }

    private static string Source(string mounts) => mounts.Split('\n').Single(path => Path.GetFileName(path).StartsWith("secret-", StringComparison.Ordinal));

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>Nothing of the secret is in the daemon's data or in what it printed.</summary>
    private void CheckDisk()
    {
        // The daemon holds its lock file, which is empty.
        var files = Directory.EnumerateFiles(daemon.DataRoot, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock").ToList();
        Assert.Contains(files, file => Path.GetFileName(file) == "state.db");
        Assert.Contains(files, file => Path.GetFileName(file) == "agent.db");
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(file).AsSpan();
            Assert.True(bytes.IndexOf(Encoding.UTF8.GetBytes(Secret)) < 0 && bytes.IndexOf(Encoding.UTF8.GetBytes(Base64(Secret))) < 0, $"{file} has the secret");
            Assert.True(bytes.IndexOf(Encoding.UTF8.GetBytes(Config)) < 0, $"{file} has the config");
        }
        Assert.DoesNotContain(Secret, daemon.Output);
        Assert.DoesNotContain(Base64(Secret), daemon.Output);
    }
}
