using System.ComponentModel;
using System.Diagnostics;

namespace SwarmPS.Tidy;

/// <summary>The files of this repository: tracked ones and those about to be.</summary>
internal static class Repository
{
    private static readonly string[] Generated = ["bin", "obj", "artifacts", ".git", ".vs", ".idea", "TestResults"];

    public static string Root { get; } = FindRoot();

    /// <summary>Every file, read once and shared by all rules.</summary>
    public static IReadOnlyList<SourceFile> Files { get; } = ReadFiles();

    public static IEnumerable<SourceFile> CSharp => Files.Where(file => file.Path.EndsWith(".cs", StringComparison.Ordinal));

    public static IEnumerable<SourceFile> Documents => Files.Where(file => file.Path.EndsWith(".md", StringComparison.Ordinal));

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SwarmPS.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No SwarmPS.slnx above {AppContext.BaseDirectory}: run the tests from a clone.");
    }

    private static List<SourceFile> ReadFiles() =>
        [.. (AskGit() ?? Walk(Root))
            .Where(path => File.Exists(Path.Combine(Root, path)))
            .Order(StringComparer.Ordinal)
            .Select(path => new SourceFile(path, () => File.ReadAllText(Path.Combine(Root, path))))];

    /// <summary>Null where git, or a repository, is not there: an unpacked archive is checked too.</summary>
    private static string[]? AskGit()
    {
        if (!Path.Exists(Path.Combine(Root, ".git")))
        {
            return null;
        }

        var start = new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        };
        try
        {
            using var git = Process.Start(start) ?? throw new InvalidOperationException("git did not start.");
            var paths = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            return git.ExitCode == 0 ? paths.Split('\0', StringSplitOptions.RemoveEmptyEntries) : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static IEnumerable<string> Walk(string folder) =>
        Directory.GetFiles(folder)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Concat(Directory.GetDirectories(folder)
                .Where(child => !Generated.Contains(Path.GetFileName(child)))
                .SelectMany(Walk));
}
