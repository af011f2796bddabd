using System.Collections.Concurrent;
using System.Globalization;

namespace SwarmPS.Simulation;

/// <summary>
/// Runs the leader's decisions against misfortune drawn from seeds. <c>SWARMPS_SEED=7</c> runs one seed alone, <c>SWARMPS_SEEDS=5000</c>
/// as many as that.
/// </summary>
public sealed class SimulationTests
{
    private const int SeedsDefault = 1500;
    private const int Steps = 150;
    private const int StoryLines = 400;

    [Fact]
    public void Swarm_KeepsItsPromises_AndConvergesOnceFaultsEnd()
    {
        if (Setting("SWARMPS_SEED") is { } only)
        {
            List<string> story = [];
            try
            {
                Run(only, story);
            }
            catch (ViolationException violation)
            {
                Assert.Fail($"seed {only}: {violation.Message}\nWhat came before:\n{string.Join('\n', story.TakeLast(StoryLines))}");
            }
            return;
        }
        var count = Setting("SWARMPS_SEEDS") ?? SeedsDefault;
        var failures = new ConcurrentDictionary<int, Exception>();
        Parallel.For(0, count, (seed, loop) =>
        {
            try
            {
                Run(seed);
            }
            catch (Exception failure)
            {
                failures[seed] = failure;
                if (failures.Count >= 5)
                    loop.Stop();
            }
        });
        Assert.True(failures.IsEmpty, string.Join(
            Environment.NewLine,
            failures.OrderBy(failure => failure.Key).Select(failure => $"seed {failure.Key} (again with SWARMPS_SEED={failure.Key}): {failure.Value}")));
    }

    [Fact]
    public void SameSeed_GivesTheSameRun() => Assert.Equal(Run(42), Run(42));

    /// <summary>The story of one seed; what it ended in.</summary>
    private static string Run(int seed, List<string>? story = null)
    {
        var cluster = new SimCluster(seed, story);
        try
        {
            return Run(cluster);
        }
        catch (ViolationException violation)
        {
            throw new ViolationException($"{violation.Message}\noptions: {cluster.Options}");
        }
    }

    private static string Run(SimCluster cluster)
    {
        for (var step = 0; step < Steps; step++)
            cluster.Step();
        cluster.Heal();
        var quiet = 0;
        for (var seconds = 0; quiet < 90; seconds++)
        {
            Check.That(seconds < 3000, "the swarm comes to rest", () => $"not within {seconds} s of peace");
            quiet = cluster.StepQuietly() ? 0 : quiet + 1;
            // A task that cannot be moved is given up only after a while.
            if (quiet == 90 && cluster.DueInSeconds() is { } due)
                quiet = cluster.StepQuietly(due) ? 0 : quiet;
        }
        Convergence.Check(cluster);
        Check.That(!cluster.StepQuietly(3600), "a swarm at rest stays so", () => "something was changed an hour later");
        return string.Join('\n', cluster.State.Tasks.All.OrderBy(task => task.Id, StringComparer.Ordinal).Select(Invariants.Tell).Append(cluster.Decisions.ToString(CultureInfo.InvariantCulture)));
    }

    private static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
