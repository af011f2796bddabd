using System.Text.RegularExpressions;

namespace SwarmPS.Cmdlets.Tests.Help;

/// <summary>What the guides say to type is run as it stands.</summary>
public sealed partial class GuideTests
{
    private static readonly string[] Guides = ["administration.md", "services.md"];

    public static TheoryData<string> Blocks =>
        [.. Guides.SelectMany(guide => Block().Matches(File.ReadAllText(Path.Combine(Checkout.Root, "docs", guide)).ReplaceLineEndings("\n"))).Select(match => match.Groups[1].Value)];

    [Theory]
    [MemberData(nameof(Blocks))]
    public async Task Block_Works(string code)
    {
        await using var daemon = await ExampleTests.SwarmAsync();
        using var prompt = new Prompt(daemon);
        // The files that the guide names are not here.
        var backup = Path.GetTempFileName();
        var there = code.Replace("./swarm.backup", backup, StringComparison.Ordinal).Replace("Backup-Swarm ", "Backup-Swarm -Force ", StringComparison.Ordinal);
        prompt.Run($"$ConfirmPreference = 'None'\n{ExampleTests.Stand}\n{there}").Clean();
        File.Delete(backup);
    }

    [GeneratedRegex("```powershell\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
