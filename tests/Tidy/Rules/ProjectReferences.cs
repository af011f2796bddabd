using System.Xml.Linq;

namespace SwarmPS.Tidy.Rules;

/// <summary>Which packages and projects a project of src may reference.</summary>
internal static class ProjectReferences
{
    /// <summary>Projects each project may reference; a project that is not named here may reference none.</summary>
    private static readonly Dictionary<string, string[]> Projects = new()
    {
        ["SwarmPS.Cmdlets"] = ["SwarmPS.Core"],
        ["SwarmPS.Daemon"] = ["SwarmPS.Core", "Encoding"],
    };

    /// <summary>Packages of the projects that are loaded into somebody else's process, where each one can clash.</summary>
    private static readonly Dictionary<string, string[]> Packages = new()
    {
        ["SwarmPS.Core"] = ["Newtonsoft.Json", "YamlDotNet"],
        ["SwarmPS.Cmdlets"] = ["PowerShellStandard.Library"],
    };

    public static IEnumerable<Violation> Check(SourceFile file)
    {
        if (!file.IsUnder("src") || !file.Path.EndsWith(".csproj", StringComparison.Ordinal))
        {
            yield break;
        }

        var name = Path.GetFileNameWithoutExtension(file.Path);
        var project = XDocument.Parse(file.Text);
        foreach (var target in Included(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'))))
        {
            if (!Projects.GetValueOrDefault(name, []).Contains(target))
            {
                yield return new(file.Path, $"{name} may not reference {target}");
            }
        }

        foreach (var package in Included(project, "PackageReference"))
        {
            if (Packages.TryGetValue(name, out var allowed) && !allowed.Contains(package))
            {
                yield return new(file.Path, $"{name} may not use the package {package}; it may use {string.Join(", ", allowed)}");
            }
        }
    }

    private static IEnumerable<string> Included(XDocument project, string item) =>
        project.Descendants(item).Select(element => (string?)element.Attribute("Include")).OfType<string>();
}
