using SwarmPS.Api;
using SwarmPS.Model;
using SwarmPS.TestKit;

namespace SwarmPS.EndToEnd;

/// <summary>A manager that is lost with its disk, and a swarm made again of its backup.</summary>
public sealed class BackupTests(EngineFixture engine) : IAsyncLifetime
{
    private const string Passphrase = "correct horse battery";
    private readonly List<DaemonProcess> daemons = [];

    public ValueTask InitializeAsync()
    {
        engine.SkipUnlessUsable();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var daemon in daemons)
            await daemon.DisposeAsync();
    }

    [Fact]
    public async Task LostSwarm_IsRestored_AndItsContainersGoOn()
    {
        var lost = await StartAsync();
        var nodeId = await lost.InitializeAsync(CancellationToken.None);
        await lost.Client.CreateServiceAsync(
            new() { Name = "goes-on", TaskTemplate = new() { ContainerSpec = new() { Image = engine.Image, Command = ["sleep", "3600"], StopGracePeriod = TimeSpan.FromSeconds(1) } } }, CancellationToken.None);
        var before = await RunningAsync(lost);
        var tokens = (await lost.Client.GetSwarmAsync(CancellationToken.None)).JoinTokens!;
        using var backup = new MemoryStream();
        await lost.Client.BackUpSwarmAsync(new() { Passphrase = Passphrase }, backup, CancellationToken.None);
        await lost.KillAsync();

        var restored = await StartAsync();
        backup.Position = 0;
        await RefusedAsync(restored, backup, "wrong passphrase");
        Assert.Equal("inactive", (await restored.Client.GetInfoAsync(CancellationToken.None)).Swarm!.LocalNodeState);
        backup.Position = 0;
        Assert.Equal(nodeId, await RestoreAsync(restored, backup, Passphrase));
        var after = await RunningAsync(restored);
        Assert.Equal((before.Id, before.Status.ContainerStatus!.ContainerId), (after.Id, after.Status.ContainerStatus!.ContainerId));
        Assert.Equal(tokens, (await restored.Client.GetSwarmAsync(CancellationToken.None)).JoinTokens);
        await restored.Client.CreateServiceAsync(new() { Name = "new", TaskTemplate = new() { ContainerSpec = new() { Image = engine.Image, Command = ["sleep", "3600"] } } }, CancellationToken.None);
        await Eventually.TrueAsync(
            async () => (await restored.Client.ListTasksAsync(new(), CancellationToken.None)).Count(task => task.Status.State == TaskState.Running) == 2, () => "both services' tasks to run");
        backup.Position = 0;
        await RefusedAsync(restored, backup, Passphrase);
        await restored.Client.LeaveSwarmAsync(force: true, CancellationToken.None);
    }

    private static Task<string> RestoreAsync(DaemonProcess daemon, Stream backup, string passphrase) => daemon.Client.RestoreSwarmAsync(
        new() { Passphrase = passphrase, ListenAddr = $"127.0.0.1:{FreePorts.Pair()}", AdvertiseAddr = "127.0.0.1" }, backup, CancellationToken.None);

    private static async Task RefusedAsync(DaemonProcess daemon, Stream backup, string passphrase) =>
        await Assert.ThrowsAsync<SwarmApiException>(() => RestoreAsync(daemon, backup, passphrase));

    private async Task<DaemonProcess> StartAsync()
    {
        var daemon = new DaemonProcess(engine.Socket);
        daemons.Add(daemon);
        await daemon.StartAsync();
        return daemon;
    }

    private static async Task<SwarmTask> RunningAsync(DaemonProcess daemon)
    {
        SwarmTask? running = null;
        await Eventually.TrueAsync(
            async () => (running = (await daemon.Client.ListTasksAsync(new(), CancellationToken.None)).Find(task => task.Status.State == TaskState.Running)) is not null,
            () => "a running task");
        return running!;
    }
}
