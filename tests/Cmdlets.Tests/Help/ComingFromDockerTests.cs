using System.Text.RegularExpressions;

namespace SwarmPS.Cmdlets.Tests.Help;

/// <summary>Users of docker find every command of theirs, and what takes its place is there.</summary>
public sealed partial class ComingFromDockerTests
{
    private static readonly Dictionary<string, string[]> Commands = new()
    {
        ["swarm"] = ["ca", "init", "join", "join-token", "leave", "unlock", "unlock-key", "update"],
        ["node"] = ["demote", "inspect", "ls", "promote", "ps", "rm", "update"],
        ["service"] = ["create", "inspect", "logs", "ls", "ps", "rm", "rollback", "scale", "update"],
        ["network"] = ["create -d overlay", "connect", "disconnect", "inspect", "ls", "prune", "rm"],
        ["secret"] = ["create", "inspect", "ls", "rm"],
        ["config"] = ["create", "inspect", "ls", "rm"],
        ["stack"] = ["config", "deploy", "ls", "ps", "rm", "services"],
    };

    private static readonly string Page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "coming-from-docker.md"));

    [Fact]
    public void EveryCommand_HasItsRow() =>
        Assert.All(Commands.SelectMany(noun => noun.Value.Select(verb => $"docker {noun.Key} {verb}")),
            command => Assert.True(Page.Contains($"\n| `{command}` | ", StringComparison.Ordinal), $"docs/coming-from-docker.md has no row for {command}"));

    [Fact]
    public void EveryParameterNamed_IsThere()
    {
        var known = SwarmPS.Help.Cmdlets.Read().ToDictionary(cmdlet => cmdlet.Name, cmdlet => cmdlet.Parameters.SelectMany(parameter => parameter.Aliases.Append(parameter.Name)).ToHashSet(StringComparer.OrdinalIgnoreCase));
        foreach (Match match in Call().Matches(Page))
            Assert.All(match.Groups[2].Value.Split(' ').Where(word => word.StartsWith('-')), word => Assert.True(known[match.Groups[1].Value].Contains(word[1..]), match.Value));
        var service = known["New-SwarmService"].Union(known["Update-SwarmService"]).ToHashSet();
        var renamed = Renamed().Matches(Page, Page.IndexOf("these have others", StringComparison.Ordinal));
        Assert.All(renamed, match => Assert.True(service.Contains(match.Groups[1].Value), match.Value));
        Assert.NotEmpty(renamed);
        Assert.NotEmpty(Call().Matches(Page));
    }

    [GeneratedRegex(@"`([A-Z]\w+-Swarm\w*)( [^`|\\]*)")]
    private static partial Regex Call();

    [GeneratedRegex(@"(?m)^\| `--[^|]*\| .*?`-(\w+)`(?=,| \|$)")]
    private static partial Regex Renamed();
}
