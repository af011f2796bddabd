using SwarmPS.Tidy.Rules;

namespace SwarmPS.Tidy;

public sealed class CodeTests
{
    [Fact]
    public void Code_MakesNoBannedCall() => Violation.None(Repository.CSharp.SelectMany(BannedCalls.Check));

    [Theory]
    [InlineData("var now = DateTime.UtcNow;")]
    [InlineData("var now = System.DateTime.Now.AddDays(1);")]
    [InlineData("var now = DateTimeOffset.UtcNow;")]
    [InlineData("var die = Random.Shared.Next(6);")]
    [InlineData("var dice = new Random();")]
    [InlineData("var id = Guid.NewGuid().ToString(\"n\");")]
    [InlineData("Thread.Sleep(10);")]
    [InlineData("await Task.Delay(10);")]
    [InlineData("await System.Threading.Tasks.Task.Delay(limit, stop);")]
    [InlineData("lock (this) { }")]
    [InlineData("try { } catch { }")]
    [InlineData("try { } catch { /* never mind */ }")]
    [InlineData("try { } catch (Exception e) { /* never mind */ }")]
    [InlineData("try { } catch (IOException) { }")]
    public void ABannedCall_IsFound(string statement) =>
        Assert.Single(BannedCalls.Check(new SourceFile("src/SwarmPS.Daemon/Sample.cs", $"class Sample {{ async Task M() {{ {statement} }} }}")));

    [Theory]
    [InlineData("await Task.Delay(limit, clock, stop);")]
    [InlineData("await Task.Delay(limit, this.timeProvider);")]
    [InlineData("await Task.Delay(Timeout.Infinite, stop);")]
    [InlineData("try { } catch (IOException) { /* the file may be gone: that is what was asked for */ }")]
    [InlineData("var dice = new Random(seed);")]
    public void ACallThatIsAllowed_IsLeftAlone(string statement) =>
        Assert.Empty(BannedCalls.Check(new SourceFile("src/SwarmPS.Daemon/Sample.cs", $"class Sample {{ async Task M() {{ {statement} }} }}")));

    [Theory]
    [InlineData("Thread.Sleep(10);", 1)]
    [InlineData("await Task.Delay(10);", 1)]
    [InlineData("var folder = Guid.NewGuid();", 0)]
    public void Tests_MayReadTheClock_ButNotSleep(string statement, int found) =>
        Assert.Equal(found, BannedCalls.Check(new SourceFile("tests/Core.Tests/Sample.cs", $"class Sample {{ async Task M() {{ {statement} }} }}")).Count());

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
    public void Methods_AreShort() => Violation.None(Repository.CSharp.SelectMany(Lengths.CheckMethods));

    [Theory]
    [InlineData("int M() {", 69, 0)]
    [InlineData("int M() {", 70, 1)]
    [InlineData("Sample() {", 70, 1)]
    [InlineData("int P { get {", 70, 1)]
    public void AMethodTooLong_IsFound(string head, int lines, int found)
    {
        var body = string.Concat(Enumerable.Repeat("\n", lines - 1));
        var tail = head.Contains("get", StringComparison.Ordinal) ? "} }" : "}";
        Assert.Equal(found, Lengths.CheckMethods(new SourceFile("src/Sample.cs", $"class Sample {{ {head}{body}{tail} }}")).Count());
    }

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
