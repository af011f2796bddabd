using SwarmPS.Tidy.Rules;

namespace SwarmPS.Tidy;

public sealed class DependencyTests
{
    [Fact]
    public void Projects_ReferenceOnlyWhatTheyMay() => Violation.None(Repository.Files.SelectMany(ProjectReferences.Check));

    [Fact]
    public void Projects_AreAllInTheSolution()
    {
        var solution = Repository.Files.Single(file => file.Path == "SwarmPS.slnx").Text;
        Violation.None(Repository.Files
            .Where(file => file.Path.EndsWith(".csproj", StringComparison.Ordinal) && !solution.Contains($"\"{file.Path}\"", StringComparison.Ordinal))
            .Select(file => new Violation(file.Path, "is not in SwarmPS.slnx, so nothing builds it")));
    }

    [Fact]
    public void Projects_AreLocked()
    {
        var paths = Repository.Files.Select(file => file.Path).ToHashSet();
        Violation.None(paths.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal))
            .Select(path => path[..(path.LastIndexOf('/') + 1)] + "packages.lock.json")
            .Where(path => !paths.Contains(path))
            .Select(path => new Violation(path, "is missing: dotnet restore writes it; commit it")));
    }

    [Theory]
    [InlineData("SwarmPS.Core", "PackageReference", "Docker.DotNet.Enhanced")]
    [InlineData("SwarmPS.Core", "ProjectReference", "../SwarmPS.Daemon/SwarmPS.Daemon.csproj")]
    [InlineData("SwarmPS.Cmdlets", "ProjectReference", @"..\SwarmPS.Daemon\SwarmPS.Daemon.csproj")]
    [InlineData("SwarmPS.Cmdlets", "PackageReference", "YamlDotNet")]
    public void AReferenceTooMany_IsFound(string project, string item, string target)
    {
        var file = new SourceFile(
            $"src/{project}/{project}.csproj",
            $"<Project><ItemGroup><{item} Include=\"{target}\" /></ItemGroup></Project>");
        Assert.Single(ProjectReferences.Check(file));
    }

    [Fact]
    public void Rooms_SeeOnlyTheRoomsTheyMay() => Violation.None(Repository.CSharp.SelectMany(Rooms.Check));

    [Theory]
    [InlineData("SwarmPS.Core/Scheduling", "SwarmPS.Scheduling", "using SwarmPS.Orchestration.Restarts;", "")]
    [InlineData("SwarmPS.Core/Scheduling", "SwarmPS.Scheduling", "", "Allocation.Address address;")]
    [InlineData("SwarmPS.Core/Allocation", "SwarmPS.Allocation", "using SwarmPS.Api;", "")]
    [InlineData("SwarmPS.Core/Orchestration/Jobs", "SwarmPS.Orchestration.Jobs", "using SwarmPS.Orchestration.Global;", "")]
    [InlineData("SwarmPS.Core/Model", "SwarmPS.Model", "", "object o = SwarmPS.Scheduling.Spread.Tree;")]
    [InlineData("SwarmPS.Cmdlets/Service", "SwarmPS.Cmdlets.Service", "using SwarmPS.Store;", "")]
    [InlineData("SwarmPS.Cmdlets/Service", "SwarmPS.Cmdlets.Service", "using static SwarmPS.Daemon.Program;", "")]
    [InlineData("SwarmPS.Cmdlets/Service", "SwarmPS.Cmdlets.Task", "", "")]
    [InlineData("SwarmPS.Core/Store", "SwarmPS.Model", "", "")]
    public void ARoomThatSeesTooMuch_IsFound(string folder, string space, string use, string member)
    {
        var file = new SourceFile($"src/{folder}/Sample.cs", $"{use}\nnamespace {space};\nclass Sample {{ {member} }}");
        Assert.Single(Rooms.Check(file));
    }

    [Theory]
    [InlineData("SwarmPS.Core/Orchestration/Jobs", "SwarmPS.Orchestration.Jobs", "SwarmPS.Orchestration.Restarts")]
    [InlineData("SwarmPS.Daemon/Leader", "SwarmPS.Daemon.Leader", "SwarmPS.Scheduling")]
    [InlineData("SwarmPS.Cmdlets/Service", "SwarmPS.Cmdlets.Service", "SwarmPS.Api")]
    [InlineData("SwarmPS.Cmdlets/Service", "SwarmPS.Cmdlets", "SwarmPS.Notation")]
    public void ARoomThatSeesWhatItMay_IsLeftAlone(string folder, string space, string used) =>
        Assert.Empty(Rooms.Check(new SourceFile($"src/{folder}/Sample.cs", $"using {used};\nnamespace {space};\nclass Sample;")));
}
