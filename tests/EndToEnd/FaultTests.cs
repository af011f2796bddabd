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
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", daemon.DataRoot);
        try
        {
            await daemon.StartAsync();
            var refused = await Assert.ThrowsAnyAsync<Exception>(() => daemon.InitializeAsync(CancellationToken.None));
            Assert.Contains("disk is full", refused.Message);
            Assert.Equal("inactive", (await daemon.Client.GetInfoAsync(CancellationToken.None)).Swarm!.LocalNodeState);
        }
        finally
        {
            await daemon.StopAsync();
            await RunAsync("umount", daemon.DataRoot);
        }
    }

    [Fact]
    public async Task NoEngine_IsNamed_AndTheSwarmAnswersStill()
    {
        var nowhere = Path.Combine(daemon.Folder, "no-engine.sock");
        await using var alone = new DaemonProcess(nowhere);
        await alone.StartAsync();
        var refused = await new DockerClient(alone.Address).TryAsync(null, "ps");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains(nowhere, refused.Error);
        await alone.InitializeAsync(CancellationToken.None);
        await alone.Client.CreateServiceAsync(new() { Name = "waits", TaskTemplate = new() { ContainerSpec = new() { Image = engine.Image } } }, CancellationToken.None);
        Assert.Single(await alone.Client.ListServicesAsync(new(), CancellationToken.None));
    }

    [Fact]
    public async Task Termination_LeavesContainersRunning_AndTheyAreTakenUpAgain()
    {
        await daemon.StartAsync();
        await daemon.InitializeAsync(CancellationToken.None);
        await CreateAsync("stays");
        var before = await RunningAsync();
        Assert.Equal(0, await daemon.StopAsync());
        var docker = new DockerClient("unix://" + engine.Socket);
        Assert.Contains(before.Status.ContainerStatus!.ContainerId!, await docker.RunAsync("ps", "-q", "--no-trunc"));
        await daemon.StartAsync();
        var after = await RunningAsync();
        Assert.Equal((before.Id, before.Status.ContainerStatus.ContainerId), (after.Id, after.Status.ContainerStatus!.ContainerId));
    }

    [Fact]
    public async Task EngineThatCrashes_LosesNoTask_AndItsReturnIsNoticed()
    {
        await daemon.StartAsync();
        await daemon.InitializeAsync(CancellationToken.None);
        await CreateAsync("survives");
        var before = await RunningAsync();
        await engine.KillAsync();
        Assert.Single(await daemon.Client.ListServicesAsync(new(), CancellationToken.None));
        await engine.StartAsync();
        await CreateAsync("after");
        await Eventually.TrueAsync(
            async () => (await daemon.Client.ListTasksAsync(new(), CancellationToken.None)).Count(task => task.Status.State == TaskState.Running) == 2, () => "both services' tasks to run");
        var after = await daemon.Client.GetTaskAsync(before.Id, CancellationToken.None);
        Assert.Equal((TaskState.Running, before.Status.ContainerStatus!.ContainerId), (after.Status.State, after.Status.ContainerStatus!.ContainerId));
    }

    [Fact]
    public async Task SocketWithoutPermission_SaysSo_AndWhatToDo()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "acting as another user needs root");
        await daemon.StartAsync();
        // Let the other user see the socket, but not use it.
        await RunAsync("chmod", "0755", daemon.Folder);
        var start = new ProcessStartInfo("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "docker", "-H", daemon.Address, "ps"]) { RedirectStandardError = true };
        start.Environment["HOME"] = "/tmp";
        using var client = Process.Start(start)!;
        var error = await client.StandardError.ReadToEndAsync();
        await client.WaitForExitAsync();
        Assert.NotEqual(0, client.ExitCode);
        Assert.Contains("permission denied", error);
    }

    private Task CreateAsync(string name) => daemon.Client.CreateServiceAsync(
        new() { Name = name, TaskTemplate = new() { ContainerSpec = new() { Image = engine.Image, Command = ["sleep", "3600"], StopGracePeriod = TimeSpan.FromSeconds(1) } } }, CancellationToken.None);

    private async Task<SwarmTask> RunningAsync()
    {
        SwarmTask? running = null;
        await Eventually.TrueAsync(
            async () => (running = (await daemon.Client.ListTasksAsync(new(), CancellationToken.None)).Find(task => task.Status.State == TaskState.Running)) is not null,
            () => "a running task");
        return running!;
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
