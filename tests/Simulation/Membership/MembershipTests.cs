using System.Collections.Concurrent;
using System.Globalization;

namespace SwarmPS.Simulation.Membership;

/// <summary>
/// Runs promotions, demotions and restarts of managers against misfortune drawn from seeds. <c>SWARMPS_SEED=7</c> runs one seed alone,
/// <c>SWARMPS_LONG=1</c> some thousands.
/// </summary>
public sealed class MembershipTests
{
    private const int Seeds = 300;
    private const int SeedsLong = 5000;
    private const int MutantSeeds = 250;

    [Fact]
    public void Quorum_StaysElectable_AndRolesConvergeOnceFaultsEnd()
    {
        if (Setting("SWARMPS_SEED") is { } only)
        {
            if (Run(only, new()) is { } story)
                Assert.Fail(story);
            return;
        }
        var failures = new ConcurrentDictionary<int, string>();
        Parallel.For(0, Setting("SWARMPS_LONG") is null ? Seeds : SeedsLong, (seed, loop) =>
        {
            if (Run(seed, new()) is { } failure && failures.TryAdd(seed, failure) && failures.Count >= 3)
                loop.Stop();
        });
        Assert.True(failures.IsEmpty, string.Join("\n\n", failures.OrderBy(failure => failure.Key).Select(failure => failure.Value)));
    }

    [Theory]
    [InlineData(nameof(MembershipMutations.JudgesByStaleStore), 2000)]
    [InlineData(nameof(MembershipMutations.LeaderRemovesItself), 0)]
    [InlineData(nameof(MembershipMutations.WorkerBeforeRemoval), 2000)]
    [InlineData(nameof(MembershipMutations.DeletesLogAfterJoin), 2000)]
    [InlineData(nameof(MembershipMutations.NewcomerKnowsNoMembers), 0)]
    [InlineData(nameof(MembershipMutations.ForgetsSeat), 2000)]
    [InlineData(nameof(MembershipMutations.BelievesAnswerBeforeLog), 2500, nameof(MembershipMutations.NewcomerKnowsNoMembers), "a leader has all")]
    [InlineData(nameof(MembershipMutations.NewLeaderIsCurrent), 2100)]
    [InlineData(nameof(MembershipMutations.LeadsAloneInOldTerm), 1800, null, "one leader has a term")]
    [InlineData(nameof(MembershipMutations.FollowsRoleByEdge), 2000)]
    public void RuleSwitchedOff_IsNoticed(string rule, int first, string? another = null, string violation = "")
    {
        var mutations = new MembershipMutations();
        foreach (var name in ((string?[])[rule, another]).OfType<string>())
            typeof(MembershipMutations).GetProperty(name)!.SetValue(mutations, true);
        string? found = null;
        Parallel.For(first, first + MutantSeeds, (seed, loop) =>
        {
            if (Run(seed, mutations) is not { } failure || !failure.Split('\n')[0].Contains(violation, StringComparison.Ordinal))
                return;
            found = failure;
            loop.Stop();
        });
        Assert.True(found is not null, $"Without {rule} nothing was found in {MutantSeeds} seeds.");
    }

    [Fact]
    public void SameSeed_GivesTheSameRun() => Assert.Equal(new MembershipRun(42, new()).Go(), new MembershipRun(42, new()).Go());

    /// <summary>The violation with its story; null where there is none.</summary>
    private static string? Run(int seed, MembershipMutations mutations)
    {
        var run = new MembershipRun(seed, mutations);
        try
        {
            run.Go();
            return null;
        }
        catch (Exception violation)
        {
            return $"seed {seed} (again with SWARMPS_SEED={seed}): {(violation is ViolationException ? violation.Message : violation)}\nWhat came before:\n{run.World.Story}";
        }
    }

    private static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
