using System.Diagnostics;
using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.EndToEnd;

/// <summary>What happens when the daemon's surroundings are not as they should be: a clear error, and nothing lost.</summary>
public sealed class FaultTests(EngineFixture engine) : IAsyncLifetime
{
    private DaemonProcess daemon = null!;

    public ValueTask InitializeAsync()
    {
        engine.SkipUnlessUsable();
        daemon = new(engine.Socket);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync() => await daemon.DisposeAsync();

    [Fact]
    public async Task DamagedNodeFile_EndsTheDaemonWithTwo_SayingWhatToDo()
    {
        await daemon.StartAsync();
        await daemon.InitializeAsync(CancellationToken.None);
        await daemon.StopAsync();
        var path = Path.Combine(daemon.DataRoot, "node.json");
        var good = await File.ReadAllTextAsync(path);
        await File.WriteAllTextAsync(path, good[..(good.Length / 2)]);
        daemon.Launch();
        await daemon.Process.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        Assert.Equal(2, daemon.Process.ExitCode);
        Assert.Contains("node.json is damaged", daemon.Output);
        await File.WriteAllTextAsync(path, good);
        await daemon.StartAsync();
        await Eventually.TrueAsync(async () => (await daemon.Client.GetInfoAsync(CancellationToken.None)).Swarm!.LocalNodeState == "active", () => "the swarm to be back");
    }

    [Fact]
    public async Task DamagedState_EndsTheDaemonWithTwo_AndIsLeftAsItIs()
    {
        await daemon.StartAsync();
        await daemon.InitializeAsync(CancellationToken.None);
        await daemon.StopAsync();
        var keyring = Path.Combine(daemon.DataRoot, "keyring");
        var bytes = await File.ReadAllBytesAsync(keyring);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(keyring, bytes);
        daemon.Launch();
        await daemon.Process.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        Assert.Equal(2, daemon.Process.ExitCode);
        Assert.Contains("keyring is damaged", daemon.Output);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(keyring));
    }

    [Fact]
    public async Task DataRootThatIsAFile_EndsTheDaemonWithOne_InOneLine()
    {
        await File.WriteAllTextAsync(daemon.DataRoot, "not a folder");
        daemon.Launch();
        await daemon.Process.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        Assert.Equal(1, daemon.Process.ExitCode);
        Assert.Contains(daemon.DataRoot, daemon.Output);
        Assert.Contains("--data-root", daemon.Output);
    }

    [Fact]
    public async Task SecondDaemonOnTheSameData_IsRefused()
    {
        await daemon.StartAsync();
        var first = daemon.Process;
        daemon.Launch();
        await daemon.Process.WaitForExitAsync().WaitAsync(Eventually.Deadline);
        Assert.Equal(1, daemon.Process.ExitCode);
        Assert.Contains("already", daemon.Output);
        Assert.False(first.HasExited);
        using var kill = Process.Start("kill", ["-TERM", $"{first.Id}"]);
        await kill.WaitForExitAsync();
        await first.WaitForExitAsync().WaitAsync(Eventually.Deadline);
    }

    [Fact]
    public async Task FullDisk_RefusesTheSwarm_SayingSo()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting a small disk needs root");
        Directory.CreateDirectory(daemon.DataRoot);
        await MountAsync("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", daemon.DataRoot);
        try
        {
            await daemon.StartAsync();
            var refused = await Assert.ThrowsAnyAsync<Exception>(() => daemon.InitializeAsync(CancellationToken.None));
            Assert.Contains("space", refused.Message, StringComparison.OrdinalIgnoreCase);
            Assert.Equal("inactive", (await daemon.Client.GetInfoAsync(CancellationToken.None)).Swarm!.LocalNodeState);
        }
        finally
        {
            await daemon.StopAsync();
            await MountAsync("umount", daemon.DataRoot);
        }
    }

    [Fact]
    public async Task NoEngine_IsNamed_AndTheSwarmAnswersStill()
    {
        var nowhere = Path.Combine(daemon.Folder, "no-engine.sock");
        await using var alone = new DaemonProcess(nowhere);
        await alone.StartAsync();
        var info = await Assert.ThrowsAsync<SwarmApiException>(() => alone.Client.GetVersionAsync(CancellationToken.None));
        Assert.Contains(nowhere, info.Message);
        await alone.InitializeAsync(CancellationToken.None);
        await alone.Client.CreateServiceAsync(new() { Name = "waits", TaskTemplate = new() { ContainerSpec = new() { Image = engine.Image } } }, CancellationToken.None);
        Assert.Single(await alone.Client.ListServicesAsync(new(), CancellationToken.None));
    }

    [Fact]
    public async Task Termination_LeavesContainersRunning_AndTheyAreTakenUpAgain()
    {
        await daemon.StartAsync();
        await daemon.InitializeAsync(CancellationToken.None);
        await daemon.Client.CreateServiceAsync(
            new() { Name = "stays", TaskTemplate = new() { ContainerSpec = new() { Image = engine.Image, Command = ["sleep", "3600"], StopGracePeriod = TimeSpan.FromSeconds(1) } } }, CancellationToken.None);
        var before = await RunningAsync();
        Assert.Equal(0, await daemon.StopAsync());
        var docker = new DockerClient("unix://" + engine.Socket);
        Assert.Contains(before.Status.ContainerStatus!.ContainerId!, await docker.RunAsync("ps", "-q", "--no-trunc"));
        await daemon.StartAsync();
        var after = await RunningAsync();
        Assert.Equal((before.Id, before.Status.ContainerStatus.ContainerId), (after.Id, after.Status.ContainerStatus!.ContainerId));
    }

    private async Task<SwarmTask> RunningAsync()
    {
        SwarmTask? running = null;
        await Eventually.TrueAsync(
            async () => (running = (await daemon.Client.ListTasksAsync(new(), CancellationToken.None)).Find(task => task.Status.State == TaskState.Running)) is not null,
            () => "a running task");
        return running!;
    }

    private static async Task MountAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
