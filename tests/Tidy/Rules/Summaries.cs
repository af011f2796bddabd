using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SwarmPS.Tidy.Rules;

/// <summary>Every public type says in its summary what it is.</summary>
internal static class Summaries
{
    public static IEnumerable<Violation> Check(IReadOnlyCollection<SourceFile> files)
    {
        var types = files.SelectMany(file => Public(file).Select(type => (File: file, Type: type, Name: FullName(type)))).ToList();
        // A partial type says it once.
        var told = types.Where(entry => HasSummary(entry.Type)).Select(entry => entry.Name).ToHashSet();
        return types.Where(entry => !told.Contains(entry.Name))
            .DistinctBy(entry => entry.Name)
            .Select(entry => entry.File.At(entry.Type, $"{entry.Name} is public and has no <summary>"));
    }

    private static IEnumerable<MemberDeclarationSyntax> Public(SourceFile file) =>
        file.Tree.DescendantNodes().OfType<MemberDeclarationSyntax>()
            .Where(member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax)
            .Where(member => member.AncestorsAndSelf().OfType<BaseTypeDeclarationSyntax>().All(IsPublic) && IsPublic(member));

    private static bool IsPublic(MemberDeclarationSyntax member) =>
        member.Modifiers.Any(SyntaxKind.PublicKeyword)
        || (member.Parent is InterfaceDeclarationSyntax && !member.Modifiers.Any(SyntaxKind.PrivateKeyword));

    private static bool HasSummary(MemberDeclarationSyntax type)
    {
        var comment = type.GetLeadingTrivia().Select(trivia => trivia.GetStructure()).OfType<DocumentationCommentTriviaSyntax>().LastOrDefault();
        var summary = comment?.Content.OfType<XmlElementSyntax>().FirstOrDefault(element => element.StartTag.Name.ToString() == "summary");
        return summary?.Content.ToString().Trim(' ', '/', '\r', '\n') is { Length: > 0 };
    }

    private static string FullName(MemberDeclarationSyntax type)
    {
        var name = type switch
        {
            TypeDeclarationSyntax generic => generic.Identifier.Text + generic.TypeParameterList,
            BaseTypeDeclarationSyntax plain => plain.Identifier.Text,
            DelegateDeclarationSyntax function => function.Identifier.Text + function.TypeParameterList,
            _ => "",
        };
        return type.Parent switch
        {
            BaseTypeDeclarationSyntax outer => $"{FullName(outer)}.{name}",
            BaseNamespaceDeclarationSyntax space => $"{space.Name}.{name}",
            _ => name,
        };
    }
}
