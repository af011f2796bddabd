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

    [Fact]
    public void TheVersion_IsInOnePlace() => Violation.None(Repository.Files.SelectMany(Versions.Check));

    [Theory]
    [InlineData("Directory.Build.props", "<Version>1.2.3</Version>", 0)]
    [InlineData("Directory.Build.props", "<AssemblyVersion>1.2.3</AssemblyVersion>", 1)]
    [InlineData("src/Sample/Sample.csproj", "<Version>1.2.3</Version>", 1)]
    [InlineData("src/Sample/Sample.csproj", "<VersionPrefix>1.2.3</VersionPrefix>", 1)]
    [InlineData("src/Sample/Sample.csproj", "<PackageReference Include=\"Any\" VersionOverride=\"1.2.3\" />", 0)]
    [InlineData("SwarmPS.psd1", "ModuleVersion = '1.2.3'", 1)]
    [InlineData("SwarmPS.psd1", "ModuleVersion = '0.0.0'", 0)]
    public void AVersionElsewhere_IsFound(string path, string text, int found) => Assert.Equal(found, Versions.Check(new SourceFile(path, text)).Count());

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
