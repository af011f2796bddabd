using System.Management.Automation;
using SwarmPS.Help;

namespace SwarmPS.Cmdlets.Tests.Help;

public sealed class HelpTests
{
    /// <summary>The module's folder with the help in it, as the build leaves it.</summary>
    private static readonly Lazy<string> Installed = new(() =>
    {
        Maml.Write(AppContext.BaseDirectory);
        return AppContext.BaseDirectory;
    });

    private static readonly Lazy<IReadOnlyList<CmdletHelp>> All = new(SwarmPS.Help.Cmdlets.Read);

    public static TheoryData<string> Names => [.. All.Value.Select(cmdlet => cmdlet.Name)];

    private static Prompt Begin(ScreenHost? screen = null)
    {
        Assert.True(Directory.Exists(Installed.Value));
        return new Prompt(screen: screen);
    }

    private static string Shown(string script)
    {
        var screen = new ScreenHost();
        using var prompt = Begin(screen);
        prompt.Run($"{script} | Out-Default").Clean();
        return System.Text.RegularExpressions.Regex.Replace(screen.Text, "\u001b\\[[0-9;]*m", "");
    }

    [Fact]
    public void EveryCmdlet_HasHelp()
    {
        using var prompt = Begin();
        var exported = prompt.Run("(Get-Module SwarmPS).ExportedCmdlets.Keys").Clean().Select(name => (string)name.BaseObject);
        Assert.Equal(exported.Order(StringComparer.Ordinal), All.Value.Select(cmdlet => cmdlet.Name));
        Assert.All(All.Value, cmdlet =>
        {
            Assert.True(cmdlet.Synopsis.Marked.Length > 10, $"{cmdlet.Name} has no <summary>");
            Assert.True(cmdlet.Description.Count > 0, $"{cmdlet.Name} has no <remarks>: how it does what it does");
            Assert.True(cmdlet.Examples.Count > 0, $"{cmdlet.Name} has no <example>");
            Assert.All(cmdlet.Examples, example => Assert.True(example.Text.Marked.Length > 0, $"{cmdlet.Name}: an example without a <para> that says what it does"));
            Assert.All(cmdlet.Outputs, output => Assert.True(output.Text.Marked.Length > 0, $"{cmdlet.Name}: {output.Name} has no <summary>"));
            Assert.Empty(cmdlet.Errors.GroupBy(error => error.Id).Where(same => same.Count() > 1 && same.Select(error => error.Text).Distinct().Count() == 1).Select(same => $"{cmdlet.Name}: {same.Key} twice"));
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryParameter_IsDescribed_AndNoOther(string name)
    {
        using var prompt = Begin();
        var command = Assert.IsType<CmdletInfo>(prompt.Run($"Get-Command {name}").Clean().Single().BaseObject);
        var known = command.Parameters.Keys.Except(Cmdlet.CommonParameters, StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal);
        var help = All.Value.Single(cmdlet => cmdlet.Name == name);
        Assert.Equal(known, help.Parameters.Select(parameter => parameter.Name));
        Assert.All(help.Parameters, parameter =>
        {
            Assert.True(parameter.Text.Marked.Length > 5, $"-{parameter.Name} has no <summary>");
            Assert.True(parameter.Default.Marked.Length > 0, $"-{parameter.Name} has no default");
        });
        var told = prompt.Run($"(Get-Help {name}).parameters.parameter | Where-Object {{ $_ }} | ForEach-Object {{ $_.name }}").Clean().Select(item => item.ToString());
        Assert.Equal(help.Parameters.Select(parameter => parameter.Name), told);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void GetHelp_ShowsTheExamples(string name)
    {
        var help = All.Value.Single(cmdlet => cmdlet.Name == name);
        var shown = Shown($"Get-Help {name} -Examples");
        Assert.Contains(help.Synopsis.Plain.Split(' ')[0], shown, StringComparison.Ordinal);
        Assert.All(help.Examples, example => Assert.Contains(example.Code.Split('\n')[0], shown, StringComparison.Ordinal));
    }

    [Fact]
    public void GetHelp_ShowsSyntaxParametersAndErrors()
    {
        var shown = Shown("Get-Help Resize-SwarmService -Full");
        Assert.Contains("Resize-SwarmService [-Name] <string[]> [-Replicas] <long> [-Confirm]", shown, StringComparison.Ordinal);
        Assert.Contains("How many replicas there should be.", shown, StringComparison.Ordinal);
        Assert.Contains("ServiceNotReplicated: The service is global", shown, StringComparison.Ordinal);
        Assert.Contains("10m0s", shown, StringComparison.Ordinal);
        Assert.Contains("True (ByPropertyName, ByValue)", shown, StringComparison.Ordinal);
        Assert.Contains("SwarmServiceInfo", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Pages_AreThoseOfTheComments()
    {
        var folder = Path.Combine(Checkout.Root, "docs", "cmdlets");
        const string Remedy = "Write the pages anew: dotnet run --project build/Help pages docs/cmdlets";
        var pages = Pages.All();
        Assert.True(pages.Keys.Order().SequenceEqual(Directory.GetFiles(folder).Select(Path.GetFileName).Order()), $"docs/cmdlets has other pages than there are cmdlets. {Remedy}");
        Assert.All(pages, page => Assert.True(File.ReadAllText(Path.Combine(folder, page.Key)) == page.Value, $"docs/cmdlets/{page.Key} is not up to date. {Remedy}"));
    }
}
