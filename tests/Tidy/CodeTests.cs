using SwarmPS.Tidy.Rules;

namespace SwarmPS.Tidy;

public sealed class CodeTests
{
    /// <summary>Other calls that no code may make are in BannedSymbols.txt, and the compiler finds them.</summary>
    [Fact]
    public void Code_SwallowsNoFailure() => Violation.None(Repository.CSharp.SelectMany(EmptyCatches.Check));

    [Theory]
    [InlineData("try { } catch { }")]
    [InlineData("try { } catch { /* never mind */ }")]
    [InlineData("try { } catch (Exception e) { /* never mind */ }")]
    [InlineData("try { } catch (IOException) { }")]
    public void AnEmptyCatch_IsFound(string statement) =>
        Assert.Single(EmptyCatches.Check(new SourceFile("src/SwarmPS.Daemon/Sample.cs", $"class Sample {{ void M() {{ {statement} }} }}")));

    [Theory]
    [InlineData("try { } catch (IOException) { /* the file may be gone: that is what was asked for */ }")]
    [InlineData("try { } catch (IOException) { Tell(); }")]
    public void AReasonedCatch_IsLeftAlone(string statement) =>
        Assert.Empty(EmptyCatches.Check(new SourceFile("src/SwarmPS.Daemon/Sample.cs", $"class Sample {{ void M() {{ {statement} }} }}")));

    [Fact]
    public void Files_AreShort() => Violation.None(Repository.Files.SelectMany(Lengths.CheckFile));

    [Theory]
    [InlineData("src/Sample.cs", 500, 0)]
    [InlineData("src/Sample.cs", 501, 1)]
    [InlineData("tests/Sample.cs", 800, 0)]
    [InlineData("tests/Sample.cs", 801, 1)]
    [InlineData("build/sample.ps1", 501, 1)]
    public void AFileTooLong_IsFound(string path, int lines, int found) =>
        Assert.Equal(found, Lengths.CheckFile(new SourceFile(path, string.Concat(Enumerable.Repeat(";\n", lines)))).Count());

    [Fact]
    public void PublicTypes_SayWhatTheyAre() => Violation.None(Summaries.Check([.. Repository.CSharp.Where(file => file.IsUnder("src"))]));

    [Theory]
    [InlineData("public sealed class Sample;", 1)]
    [InlineData("/// <summary></summary>\npublic record Sample(int A);", 1)]
    [InlineData("// Not for documents.\npublic enum Sample { A }", 1)]
    [InlineData("/// <summary>Outer.</summary>\npublic class Sample { public delegate void Inner(); }", 1)]
    [InlineData("/// <summary>What it is.</summary>\n[Flags]\npublic enum Sample { A }", 0)]
    [InlineData("internal class Sample { public class Inner; }", 0)]
    [InlineData("/// <summary>Told once.</summary>\npublic partial class Sample { }\npublic partial class Sample { }", 0)]
    public void APublicTypeWithoutASummary_IsFound(string code, int found) =>
        Assert.Equal(found, Summaries.Check([new SourceFile("src/Sample.cs", $"namespace SwarmPS;\n{code}")]).Count());

    [Fact]
    public void Files_HoldNothingUnfinished() => Violation.None(Repository.Files.SelectMany(Unwanted.CheckUnfinished));

    [Theory]
    [InlineData("src/Sample.cs", "// TO" + "DO: more")]
    [InlineData("docs/sample.md", "FIX" + "ME")]
    [InlineData("build/sample.ps1", "# HA" + "CK around it")]
    [InlineData("src/Sample.cs", "throw new NotImplemented" + "Exception();")]
    public void UnfinishedWork_IsFound(string path, string text) =>
        Assert.Single(Unwanted.CheckUnfinished(new SourceFile(path, text)));

    [Fact]
    public void Files_NameNothingOfOneMachine() => Violation.None(Repository.Files.SelectMany(Unwanted.CheckMachine));

    [Theory]
    [InlineData("README.md", "cd /wo" + "rk/main")]
    [InlineData("build.sh", "ls /tmp/bash_" + "jobs")]
    [InlineData(".ci/run", "curl https://api.nuget" + ".org")]
    public void AMachinesPath_IsFound(string path, string text) =>
        Assert.Single(Unwanted.CheckMachine(new SourceFile(path, text)));
}
