using SwarmPS.Tidy.Rules;

namespace SwarmPS.Tidy;

public sealed class DocumentTests
{
    private static readonly Lazy<Vocabulary> Words = new(() => Vocabulary.Of(Repository.CSharp));

    private static readonly Vocabulary Sample = Vocabulary.Of([new SourceFile(
        "src/Sample.cs",
        "[Cmdlet(VerbsCommon.Get, \"SwarmThing\"), Alias(\"Find-SwarmThing\")] class GetSwarmThingCommand { int HeldNeeds; }")]);

    [Fact]
    public void Folders_AreNounsOfTheGlossary()
    {
        var glossary = Repository.Files.Single(file => file.Path == Folders.Glossary);
        Violation.None(Folders.Check(Repository.Files, glossary.Text));
    }

    [Theory]
    [InlineData("src/SwarmPS.Core/Known/A.cs", 0)]
    [InlineData("src/SwarmPS.Core/Strange/A.cs", 1)]
    [InlineData("tests/Core.Tests/Helpers/A.cs", 1)]
    [InlineData("src/SwarmPS.Core/Known/Util/A.cs", 1)]
    public void AFolderThatIsNoNoun_IsFound(string path, int found) =>
        Assert.Equal(found, Folders.Check([new SourceFile(path, "")], "`SwarmPS.Core` and `SwarmPS.Core/Known`").Count());

    [Fact]
    public void Documents_NameWhatExists() =>
        Violation.None(Repository.Documents.SelectMany(document =>
            Mentions.CheckNames(document, Words.Value).Concat(Mentions.CheckExamples(document, Words.Value))));

    [Theory]
    [InlineData("Use `Get-SwarmThing` or `Find-SwarmThing -Name a`, made by `GetSwarmThingCommand` from `HeldNeeds` and a `TimeProvider`.", 0)]
    [InlineData("Use `Get-SwarmThings`.", 1)]
    [InlineData("`HeldThing` is gone.", 1)]
    [InlineData("Plain words, `lower`, `Word`, `a.b` and `docker service ls` are no names.", 0)]
    public void ANameThatIsGone_IsFound(string text, int found) =>
        Assert.Equal(found, Mentions.CheckNames(new SourceFile("docs/sample.md", text), Sample).Count());

    [Fact]
    public void ACmdletThatIsGone_IsFoundInAnExample() =>
        Assert.Single(Mentions.CheckExamples(new SourceFile("README.md", "Try\n```powershell\nGet-SwarmThing | Stop-SwarmThing\n```\n"), Sample));

    [Fact]
    public void Scenarios_NameTestsThatExist() =>
        Violation.None(Scenarios.Check(Repository.Files.Single(file => file.Path == Scenarios.Document), Repository.CSharp));

    [Theory]
    [InlineData("| A | `SampleTests.Thing_Works` |", 0)]
    [InlineData("| A | `SampleTests.Thing_Fails` |", 1)]
    [InlineData("| A | `OtherTests.Thing_Works` |", 1)]
    [InlineData("| A | none |", 1)]
    [InlineData("| Scenario | Test |\n|---|---|\nPlain words.", 0)]
    public void AScenarioWithoutItsTest_IsFound(string text, int found) => Assert.Equal(found, Scenarios.Check(
        new SourceFile(Scenarios.Document, text),
        [new SourceFile("tests/Any/SampleTests.cs", "class SampleTests { [Fact] public void Thing_Works() { } void Thing_Fails() { } }")]).Count());

    [Fact]
    public void Documents_LinkToWhatExists() =>
        Violation.None(Repository.Documents.SelectMany(document => Mentions.CheckPaths(document, path => Path.Exists(Path.Combine(Repository.Root, path)))));

    [Theory]
    [InlineData("[a](there.md) [b](there.md#part) [c](#here) [d](https://example.org/x) `src/there`", 0)]
    [InlineData("[a](gone.md)", 1)]
    [InlineData("[a](../gone.md#part)", 1)]
    [InlineData("see `src/gone/File.cs`", 1)]
    public void APathThatIsGone_IsFound(string text, int found) =>
        Assert.Equal(found, Mentions.CheckPaths(new SourceFile("docs/sample.md", text), path => path.EndsWith("there.md", StringComparison.Ordinal) || path == "src/there").Count());

    [Fact]
    public void Documents_AreReachedFromTheIndex() => Violation.None(Links.CheckReachable([.. Repository.Documents]));

    [Theory]
    [InlineData("docs/README.md", "[a](a.md)", 0)]
    [InlineData("docs/README.md", "[b](more/b.md)", 0)]
    [InlineData("docs/README.md", "[a](https://example.org/a.md) a.md", 2)]
    [InlineData("README.md", "[a](docs/a.md)", 2)]
    public void ADocumentThatNoLinkReaches_IsFound(string from, string text, int found) => Assert.Equal(found, Links.CheckReachable(
        [new SourceFile(from, text), new SourceFile("docs/a.md", "[b](./more/b.md)"), new SourceFile("docs/more/b.md", "[a](../a.md)")]).Count());

    [Fact]
    public void Documents_LinkToHeadingsThatExist() => Violation.None(Links.CheckHeadings([.. Repository.Documents]));

    [Theory]
    [InlineData("[a](#the-part-cut-off) [b](../docs/sample.md#sample) [c](gone.md#any)", 0)]
    [InlineData("[a](#the-part)", 1)]
    [InlineData("[a](sample.md#Sample)", 1)]
    public void AHeadingThatIsGone_IsFound(string text, int found) =>
        Assert.Equal(found, Links.CheckHeadings([new SourceFile("docs/sample.md", $"# Sample\n\n## The part: `cut` off\n\n{text}\n")]).Count());
}
