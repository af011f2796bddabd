namespace SwarmPS.Tidy.Rules;

/// <summary>Files stay short enough to be read at once; the methods' lengths are the analyzer's.</summary>
internal static class Lengths
{
    private const int SourceLinesMax = 500;
    private const int TestLinesMax = 800;

    private static readonly string[] Code = [".cs", ".ps1", ".psm1", ".sh"];

    public static IEnumerable<Violation> CheckFile(SourceFile file)
    {
        var most = file.IsUnder("tests") ? TestLinesMax : SourceLinesMax;
        if (Code.Contains(Path.GetExtension(file.Path)) && file.Lines > most)
        {
            yield return new(file.Path, $"has {file.Lines} lines, {most} at most: split it");
        }
    }
}
