using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SwarmPS.Encoding;

/// <summary>
/// Writes at compile time how the types named by <c>[Encodes&lt;T&gt;]</c>, and all they hold, become MessagePack and are read again.
/// Plain code for every type is compiled ahead of time, where a library that composes generic converters at run time costs the daemon
/// half its start and a tenth of its memory (docs/decisions/encoding.md).
/// </summary>
[Generator]
public sealed class EncodingGenerator : IIncrementalGenerator
{
    private const string Home = "SwarmPS.Daemon.Persistence.";

    private static readonly DiagnosticDescriptor NoEncoding = new(
        "SWARMPS1", "No encoding", "{0}", "SwarmPS.Encoding", DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var encoders = Named(context, "EncodesAttribute`1");
        var own = Named(context, "EncodingOfAttribute`1");
        context.RegisterSourceOutput(encoders.Combine(own), static (output, found) => Write(output, found.Left, found.Right));
    }

    private static IncrementalValueProvider<ImmutableArray<Marked>> Named(IncrementalGeneratorInitializationContext context, string attribute) =>
        context.SyntaxProvider.ForAttributeWithMetadataName(
            Home + attribute,
            static (node, _) => node is ClassDeclarationSyntax,
            static (found, _) => new Marked((INamedTypeSymbol)found.TargetSymbol, [.. found.Attributes.Select(a => a.AttributeClass!.TypeArguments[0])])).Collect();

    private static void Write(SourceProductionContext output, ImmutableArray<Marked> encoders, ImmutableArray<Marked> own)
    {
        var plans = new EncodingPlans(own.SelectMany(marked => marked.Types.Select(type => (Type: type, marked.Class))));
        foreach (var type in encoders.SelectMany(marked => marked.Types))
            plans.Add(type, type.Name);
        foreach (var problem in plans.Problems)
            output.ReportDiagnostic(Diagnostic.Create(NoEncoding, null, problem));
        if (plans.Problems.Count == 0)
            output.AddSource("Encodings.g.cs", EncodingWriter.Write(plans, encoders));
    }
}

/// <summary>A class, and the types that its attributes name.</summary>
internal sealed class Marked(INamedTypeSymbol marked, ImmutableArray<ITypeSymbol> types)
{
    public INamedTypeSymbol Class { get; } = marked;

    public ImmutableArray<ITypeSymbol> Types { get; } = types;
}
