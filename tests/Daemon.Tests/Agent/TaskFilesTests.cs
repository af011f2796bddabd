using Microsoft.Data.Sqlite;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>Secrets and configs in this machine's memory, with a made-up engine.</summary>
public sealed class TaskFilesTests : IAsyncDisposable
{
    private readonly AgentHarness agent = new();

    private string Folder => Path.Combine(agent.Options.RuntimeFolder, "task1");

    private string SecretPath => Path.Combine(Folder, "secret-0");

    public ValueTask DisposeAsync() => agent.DisposeAsync();

    [Fact]
    public async Task Files_AreThereBeforeTheContainer_EmptyAfterItsEnd_AndGoWithIt()
    {
        SkipUnlessRoot();
        string? seen = null;
        agent.Engine.Before = call =>
        {
            if (call.StartsWith("create", StringComparison.Ordinal))
                seen = File.ReadAllText(SecretPath);
            return Task.CompletedTask;
        };
        await StartAsync(Samples.Task(Samples.WithFiles()));
        await agent.ReachesAsync("task1", TaskState.Running);
        Assert.Equal("s3cret-payload", seen);
        Assert.Equal("tmpfs", new DriveInfo(Folder).DriveFormat);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.GroupRead, File.GetUnixFileMode(SecretPath));
        }
        agent.Engine.Die("task1", 1);
        await agent.ReachesAsync("task1", TaskState.Failed);
        agent.Dispatcher.Send(new Assignments(false, [Samples.Task(Samples.WithFiles()) with { DesiredState = TaskState.Shutdown }], []) { RemovedPayloads = [Samples.Secret.Id, Samples.Config.Id] });
        await UntilAsync(() => new FileInfo(SecretPath).Length == 0, "the secret's file is not empty");
        agent.Dispatcher.Send(new Assignments(false, [], ["task1"]));
        await agent.GoneAsync("task1");
        await UntilAsync(() => !Directory.Exists(Folder), "the folder is still there");
    }

    [Fact]
    public async Task SecretThatTheManagersDoNotHave_RefusesTheTask()
    {
        await agent.StartAsync(Samples.Task(Samples.WithFiles()));
        await agent.ReachesAsync("task1", TaskState.Rejected);
        Assert.Equal("The secret key is not in the swarm any more, so the task cannot have it as /run/secrets/key: make it again and update the service.", agent.Dispatcher.Last("task1")!.Err);
    }

    [Fact]
    public async Task WithoutRoot_TheTaskSaysSo()
    {
        agent.Options = agent.Options with { RuntimeFolder = "/proc/no-such-folder/tasks" };
        await StartAsync(Samples.Task(Samples.WithFiles()));
        await agent.ReachesAsync("task1", TaskState.Rejected);
        Assert.Contains("run swarmpsd as root", agent.Dispatcher.Last("task1")!.Err);
        Assert.Null(agent.Engine.Of("task1"));
    }

    [Fact]
    public async Task RestartedAgent_WaitsForTheManagers_AndMakesFilesAnew()
    {
        SkipUnlessRoot();
        var task = Samples.Task(Samples.WithFiles()) with { DesiredState = TaskState.Ready };
        await StartAsync(task);
        await agent.ReachesAsync("task1", TaskState.Ready);
        await agent.StopAsync();
        // As after the machine itself was restarted: nothing is left in memory, and agent.db alone knows the task.
        new TaskFolders(agent.Options.RuntimeFolder, new()).RemoveAll();
        agent.Engine.Vanish("task1");
        agent.Start();
        await agent.OpenAsync();
        Assert.False(Directory.Exists(Folder));
        agent.Dispatcher.Send(Assigned(task with { DesiredState = TaskState.Running, Status = new() { State = TaskState.Ready } }));
        await agent.ReachesAsync("task1", TaskState.Running);
        Assert.Equal("s3cret-payload", await File.ReadAllTextAsync(SecretPath));
    }

    [Fact]
    public async Task FoldersOfUnknownTasks_AreSweptAtStart()
    {
        SkipUnlessRoot();
        var stale = new MemoryFolder(Path.Combine(agent.Options.RuntimeFolder, "stale"));
        stale.Make([.. TaskFile.Of(Samples.Task(Samples.WithFiles()), Path.Combine(agent.Options.RuntimeFolder, "stale")).Select(file => (file, Samples.Secret.Data))]);
        await StartAsync(Samples.Task(Samples.WithFiles()));
        await agent.ReachesAsync("task1", TaskState.Running);
        await UntilAsync(() => !Directory.Exists(Path.Combine(agent.Options.RuntimeFolder, "stale")), "the stale folder is still there");
        Assert.True(File.Exists(SecretPath));
    }

    [Fact]
    public async Task AgentsDatabase_HoldsNoPayload()
    {
        SkipUnlessRoot();
        await StartAsync(Samples.Task(Samples.WithFiles()));
        await agent.ReachesAsync("task1", TaskState.Running);
        await agent.StopAsync();
        SqliteConnection.ClearAllPools();
        var files = Directory.EnumerateFiles(agent.Options.DataRoot).ToList();
        Assert.Contains(files, file => Path.GetFileName(file) == "agent.db");
        foreach (var file in files)
            Assert.True(File.ReadAllBytes(file).AsSpan().IndexOf("-payload"u8) < 0, file);
    }

    private static void SkipUnlessRoot() => Assert.SkipUnless(Environment.IsPrivilegedProcess && OperatingSystem.IsLinux(), "mounting a file system in memory needs root");

    private static Assignments Assigned(params SwarmTask[] tasks) => new(true, tasks, []) { Payloads = [Samples.Secret, Samples.Config] };

    private async Task StartAsync(SwarmTask task)
    {
        agent.Start();
        await agent.OpenAsync();
        agent.Dispatcher.Send(Assigned(task));
    }

    /// <summary>Files tell no one of their changes.</summary>
    private static async Task UntilAsync(Func<bool> condition, string missing)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            Assert.False(late.IsCancellationRequested, missing);
            await Task.Yield();
        }
    }
}
