using System.Text.RegularExpressions;

namespace SwarmPS.Cmdlets.Tests.Help;

/// <summary>Every flag of docker's for services has a parameter, or docs/coming-from-docker.md says why not.</summary>
public sealed partial class FlagTests
{
    private static readonly string Data = Path.Combine(Checkout.Root, "tests", "conformance", "docker-flags");

    /// <summary>Flags by command, as docker has them.</summary>
    private static readonly ILookup<string, string> Flags = Section().Matches(File.ReadAllText(Path.Combine(Data, "service.md")))
        .SelectMany(section => Flag().Matches(section.Groups[2].Value).Select(flag => (Command: section.Groups[1].Value, Flag: flag.Value)))
        .ToLookup(entry => entry.Command, entry => entry.Flag);

    /// <summary>Parameters that take the place of flags.</summary>
    private static readonly string[][] Parameters = [.. File.ReadAllLines(Path.Combine(Data, "parameters.csv")).Skip(1).Select(line => line.Split(','))];

    /// <summary>Flags that the page gives a reason for: of any command at its beginning, of services where it says so.</summary>
    private static readonly HashSet<string> Reasons = ReasonsOf(File.ReadAllText(Path.Combine(Checkout.Root, "docs", "coming-from-docker.md")));

    [Fact]
    public void EveryFlag_HasAParameter_OrAStatedReason()
    {
        var mapped = Parameters.Select(row => (row[0], row[1])).ToHashSet();
        Assert.Equal(["docker service create", "docker service logs", "docker service ps", "docker service rollback", "docker service scale", "docker service update"], Flags.Select(command => command.Key).Order());
        Assert.All(Flags.SelectMany(command => command.Select(flag => (command.Key, Flag: flag))), entry => Assert.True(
            mapped.Contains(entry) || Reasons.Contains(entry.Flag),
            $"{entry.Key} {entry.Flag} has neither a parameter in tests/conformance/docker-flags/parameters.csv nor a reason in docs/coming-from-docker.md"));
    }

    [Fact]
    public void EveryParameterNamed_IsThere_ForAFlagThatIsThere()
    {
        var known = SwarmPS.Help.Cmdlets.Read().ToDictionary(cmdlet => cmdlet.Name, cmdlet => cmdlet.Parameters.Select(parameter => parameter.Name).ToHashSet(StringComparer.Ordinal));
        Assert.All(Parameters, row =>
        {
            Assert.True(Flags[row[0]].Contains(row[1]), $"{row[0]} has no flag {row[1]}");
            Assert.True(known[row[2]].Contains(row[3]), $"{row[2]} has no parameter -{row[3]}, which is to take the place of {row[0]} {row[1]}");
        });
        Assert.Empty(Parameters.GroupBy(row => (row[0], row[1])).Where(same => same.Count() > 1).Select(same => same.Key));
    }

    private static HashSet<string> ReasonsOf(string page)
    {
        var general = page[..page.IndexOf("\n## ", StringComparison.Ordinal)];
        var own = page[page.IndexOf("### Flags without a parameter", StringComparison.Ordinal)..];
        own = own[..own.IndexOf("\n## ", StringComparison.Ordinal)];
        return Row().Matches(general + own).SelectMany(row => Flag().Matches(row.Groups[1].Value)).Select(flag => flag.Value).ToHashSet(StringComparer.Ordinal);
    }

    [GeneratedRegex(@"(?ms)^## (docker service \w+)\n(.*?)(?=^## |\z)")]
    private static partial Regex Section();

    [GeneratedRegex("--[a-z-]+(?=`)")]
    private static partial Regex Flag();

    /// <summary>A row of a table whose second cell says something.</summary>
    [GeneratedRegex(@"(?m)^\| ([^|]*`--[^|]*) \| (?=\S).{8,} \|$")]
    private static partial Regex Row();
}
