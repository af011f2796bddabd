using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SwarmPS.Tidy.Rules;

/// <summary>Files and methods stay short enough to be read at once.</summary>
internal static class Lengths
{
    private const int SourceLinesMax = 500;
    private const int TestLinesMax = 800;
    private const int MethodLinesMax = 69;

    private static readonly string[] Code = [".cs", ".ps1", ".psm1", ".sh"];

    public static IEnumerable<Violation> CheckFile(SourceFile file)
    {
        var most = file.IsUnder("tests") ? TestLinesMax : SourceLinesMax;
        if (Code.Contains(Path.GetExtension(file.Path)) && file.Lines > most)
        {
            yield return new(file.Path, $"has {file.Lines} lines, {most} at most: split it");
        }
    }

    public static IEnumerable<Violation> CheckMethods(SourceFile file) =>
        from node in file.Tree.DescendantNodes()
        where node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax
        let span = node.GetLocation().GetLineSpan()
        let lines = span.EndLinePosition.Line - span.StartLinePosition.Line + 1
        where lines > MethodLinesMax
        select file.At(node, $"{Name(node)} has {lines} lines, {MethodLinesMax} at most: the parent branches, leaves compute");

    private static string Name(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        LocalFunctionStatementSyntax function => function.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        _ => "a member",
    };
}
