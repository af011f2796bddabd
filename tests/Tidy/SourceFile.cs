using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace SwarmPS.Tidy;

/// <summary>A file of the repository, or a snippet that a rule is tried on; read and parsed when first needed.</summary>
internal sealed class SourceFile
{
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview, DocumentationMode.Parse);

    private readonly Lazy<string> text;
    private readonly Lazy<SyntaxNode> tree;

    public SourceFile(string path, Func<string> read)
    {
        Path = path;
        text = new(read);
        tree = new(() => CSharpSyntaxTree.ParseText(Text, Options, path).GetRoot());
    }

    public SourceFile(string path, string text)
        : this(path, () => text)
    {
    }

    /// <summary>Relative to the repository's root, with forward slashes.</summary>
    public string Path { get; }

    public string Text => text.Value;

    public SyntaxNode Tree => tree.Value;

    public int Lines => Text.AsSpan().Count('\n') + (Text.EndsWith('\n') ? 0 : 1);

    public bool IsUnder(string folder) => Path.StartsWith(folder + "/", StringComparison.Ordinal);

    public Violation At(SyntaxNode node, string what) =>
        new($"{Path}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}", what);

    public Violation At(int offset, string what) => new($"{Path}:{Text.AsSpan(0, offset).Count('\n') + 1}", what);
}
