using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SwarmPS.Tidy.Rules;

/// <summary>Catches that hide a failure: handle it, or name the exception and say in a comment why nothing needs doing.</summary>
internal static class EmptyCatches
{
    public static IEnumerable<Violation> Check(SourceFile file) =>
        file.Tree.DescendantNodes().OfType<CatchClauseSyntax>()
            .Where(clause => clause.Block.Statements.Count == 0 && Swallows(clause))
            .Select(clause => file.At(clause, "an empty catch is banned: handle it, or name the exception and say in a comment why nothing needs doing"));

    /// <summary>Catching a named exception with a comment in the block is a decision; anything less is an oversight.</summary>
    private static bool Swallows(CatchClauseSyntax clause) =>
        clause.Declaration is null
        || (clause.Declaration.Type.ToString().Split('.')[^1] == "Exception" && clause.Filter is null)
        || !clause.Block.DescendantTrivia().Any(trivia => trivia.ToString().StartsWith('/'));
}
