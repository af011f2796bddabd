using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SwarmPS.Tidy.Rules;

/// <summary>The names that the code declares or uses: what documents may mention.</summary>
internal sealed class Vocabulary
{
    private static readonly HashSet<string> Verbs = ["Cmdlet", "CmdletAttribute"];

    public HashSet<string> Types { get; } = [];

    public HashSet<string> Identifiers { get; } = [];

    /// <summary>Cmdlets by their attribute, and their aliases.</summary>
    public HashSet<string> Cmdlets { get; } = new(StringComparer.OrdinalIgnoreCase);

    public static Vocabulary Of(IEnumerable<SourceFile> files)
    {
        var words = new Vocabulary();
        foreach (var file in files)
        {
            words.Add(file);
        }

        return words;
    }

    private void Add(SourceFile file)
    {
        foreach (var token in file.Tree.DescendantTokens())
        {
            if (token.IsKind(SyntaxKind.IdentifierToken) || token.IsKind(SyntaxKind.StringLiteralToken))
            {
                Identifiers.Add(token.ValueText);
            }
        }

        foreach (var node in file.Tree.DescendantNodes())
        {
            switch (node)
            {
                case BaseTypeDeclarationSyntax type: Types.Add(type.Identifier.Text); break;
                case DelegateDeclarationSyntax function: Types.Add(function.Identifier.Text); break;
                case AttributeSyntax attribute: AddCmdlet(attribute); break;
            }
        }
    }

    private void AddCmdlet(AttributeSyntax attribute)
    {
        var arguments = attribute.ArgumentList?.Arguments.Select(argument => argument.Expression).ToList() ?? [];
        if (Verbs.Contains(attribute.Name.ToString()) && arguments.Count >= 2)
        {
            var verb = arguments[0] is LiteralExpressionSyntax literal ? literal.Token.ValueText : arguments[0].ToString().Split('.')[^1];
            var noun = arguments[1] is LiteralExpressionSyntax word ? word.Token.ValueText : arguments[1].ToString().Split('.')[^1];
            Cmdlets.Add($"{verb}-{noun}");
        }
        else if (attribute.Name.ToString() == "Alias")
        {
            Cmdlets.UnionWith(arguments.OfType<LiteralExpressionSyntax>().Select(alias => alias.Token.ValueText));
        }
    }
}
