using System.Diagnostics;
using System.Globalization;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Consensus;

/// <summary>Kills a manager that is writing, again and again, and looks for what it had acknowledged.</summary>
public sealed class CrashTests
{
    private const string DirectoryVariable = "SWARMPS_TEST_CRASH_DIRECTORY";

    [Fact]
    public async Task KillMinus9_LosesNothingAcknowledged()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("kill -9 is a Unix thing");
        var directory = TestManager.NewDirectory();
        directory.Create();
        var kills = int.Parse(Environment.GetEnvironmentVariable("SWARMPS_TEST_KILLS") ?? "3", CultureInfo.InvariantCulture);
        HashSet<string> acknowledged = [];
        for (var round = 0; round < kills; round++)
        {
            var before = acknowledged.Count;
            using var child = Spawn(directory, round);

            // Not at the same place each time: after a different number of acknowledgements.
            await UntilAsync(() => ReadAcknowledged(directory, acknowledged).Count >= before + 40 + round * 37, child);
            child.Kill();
            await child.WaitForExitAsync().WaitAsync(TestManager.Deadline);
            ReadAcknowledged(directory, acknowledged);
        }
        await using var manager = await TestManager.StartAsync(directory);
        var there = manager.Store.Current.Tasks.All.Select(task => task.Id).ToHashSet();
        Assert.Empty(acknowledged.Except(there));
        Assert.Equal((ulong)(there.Count + kills), manager.Store.Current.Version);
    }

    /// <summary>What the killed process runs: writers that note each acknowledged id in a file.</summary>
    [Fact(Explicit = true)]
    public async Task Writer()
    {
        var root = Environment.GetEnvironmentVariable(DirectoryVariable);
        Assert.SkipWhen(root is null, "run by the test above");
        var directory = new SwarmDirectory(root!);
        var round = Environment.GetEnvironmentVariable("SWARMPS_TEST_ROUND");
        var manager = await TestManager.StartAsync(directory);
        await manager.PutAsync(new SwarmObject { Id = "swarm", Spec = new() { Raft = new() { SnapshotInterval = 25 } } });
        await using var notes = new FileStream(Notes(directory), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var gate = new Lock();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var i = 0; ; i++)
            {
                var id = $"{round}-{writer}-{i}";
                await manager.PutAsync(new SwarmTask { Id = id });
                lock (gate)
                    notes.Write(System.Text.Encoding.ASCII.GetBytes(id + "\n"));
            }
        }));
    }

    private static string Notes(SwarmDirectory directory) => Path.Combine(directory.Root, "acknowledged");

    private static HashSet<string> ReadAcknowledged(SwarmDirectory directory, HashSet<string> into)
    {
        if (File.Exists(Notes(directory)))
        {
            using var file = new StreamReader(new FileStream(Notes(directory), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            var text = file.ReadToEnd();
            into.UnionWith(text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        return into;
    }

    private static Process Spawn(SwarmDirectory directory, int round)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["-explicit", "only", "-method", "*CrashTests.Writer"])
        {
            RedirectStandardOutput = true,
        };
        start.Environment[DirectoryVariable] = directory.Root;
        start.Environment["SWARMPS_TEST_ROUND"] = round.ToString(CultureInfo.InvariantCulture);
        return Process.Start(start)!;
    }

    private static async Task UntilAsync(Func<bool> reached, Process child)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!reached())
        {
            if (child.HasExited)
                Assert.Fail("The writer ended by itself: " + await child.StandardOutput.ReadToEndAsync());
            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }
}
