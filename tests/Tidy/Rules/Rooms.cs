using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SwarmPS.Tidy.Rules;

/// <summary>Which rooms (namespaces) a file may look into, and that its namespace is that of its folder or one around it.</summary>
internal static class Rooms
{
    private static readonly string[] Deciders = ["Orchestration", "Scheduling", "Allocation"];

    /// <summary>By folder of src, the longest match first: the rooms of SwarmPS that may be named there.</summary>
    private static readonly (string Folder, string[] Sees)[] Sight =
    [
        .. Deciders.Select(room => ($"src/SwarmPS.Core/{room}", new[] { "Model", "Store", "Notation", room })),
        ("src/SwarmPS.Core/Store", ["Model", "Notation", "Store"]),
        ("src/SwarmPS.Core", ["Model", "Notation", "Api", "Compose", "Planning", "Store"]),
        ("src/SwarmPS.Cmdlets", ["Model", "Notation", "Api", "Compose", "Planning", "Cmdlets"]),
    ];

    /// <summary>The orchestrators of the three service modes share Restarts, Updates and the like, never one another.</summary>
    private static readonly string[] Orchestrators = ["Replicated", "Global", "Jobs"];

    public static IEnumerable<Violation> Check(SourceFile file)
    {
        if (!file.IsUnder("src"))
        {
            yield break;
        }

        if (Misplaced(file) is { } misplaced)
        {
            yield return misplaced;
        }

        var sees = Sight.FirstOrDefault(entry => file.IsUnder(entry.Folder)).Sees;
        foreach (var (node, room, subroom) in Named(file))
        {
            if (sees is not null && !sees.Contains(room))
            {
                yield return file.At(node, $"may not see SwarmPS.{room}; this folder sees {string.Join(", ", sees)}");
            }
            else if (room == "Orchestration" && Orchestrators.Contains(subroom)
                && Orchestrators.Any(mine => mine != subroom && file.IsUnder($"src/SwarmPS.Core/Orchestration/{mine}")))
            {
                yield return file.At(node, $"one orchestrator may not see another: {subroom}");
            }
        }
    }

    /// <summary>Every room named by a using directive or by a qualified name.</summary>
    private static IEnumerable<(SyntaxNode Node, string Room, string? Subroom)> Named(SourceFile file)
    {
        foreach (var node in file.Tree.DescendantNodes())
        {
            if (node is not (QualifiedNameSyntax or MemberAccessExpressionSyntax)
                || node.Parent is QualifiedNameSyntax or MemberAccessExpressionSyntax or BaseNamespaceDeclarationSyntax)
            {
                continue;
            }

            var parts = node.ToString().Replace("global::", "", StringComparison.Ordinal).Split('.');
            if (parts[0] == "SwarmPS" && parts.Length > 1)
            {
                yield return (node, parts[1], parts.ElementAtOrDefault(2));
            }
            else if (node is QualifiedNameSyntax && (Deciders.Contains(parts[0]) || parts[0] == "Daemon"))
            {
                // Within namespace SwarmPS a room can be named without its prefix.
                yield return (node, parts[0], parts[1]);
            }
        }
    }

    private static Violation? Misplaced(SourceFile file)
    {
        if (!file.Path.EndsWith(".cs", StringComparison.Ordinal)
            || file.Tree.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault() is not { } declared)
        {
            return null;
        }

        var folders = file.Path.Split('/')[1..^1];
        var project = folders[0] == "SwarmPS.Core" ? "SwarmPS" : folders[0];
        var expected = string.Join('.', folders[1..].Prepend(project));
        // A folder may keep to the namespace of the folder around it: SwarmTask, say, is a type already.
        var name = declared.Name.ToString();
        return $"{expected}.".StartsWith($"{name}.", StringComparison.Ordinal) && name.Length >= project.Length
            ? null
            : file.At(declared, $"the namespace of this folder is {expected}");
    }
}
