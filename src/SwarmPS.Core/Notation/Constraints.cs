using System.Diagnostics.CodeAnalysis;
using SwarmPS.Model;

namespace SwarmPS.Notation;

/// <summary>Reads placement constraints: <c>node.role == manager</c>, <c>node.labels.disk != hdd</c>.</summary>
public static class Constraints
{
    /// <summary>What constraints may look at, for messages.</summary>
    public const string Keys =
        "node.id, node.hostname, node.ip (an address or a range as 10.1.0.0/16), node.role (worker or manager), node.platform.os, node.platform.arch, node.labels.KEY, engine.labels.KEY";

    private const string Example = "Write KEY == VALUE or KEY != VALUE, as node.labels.disk == ssd.";

    private static readonly (string Name, ConstraintKey Key)[] Names =
    [
        ("node.id", ConstraintKey.NodeId), ("node.hostname", ConstraintKey.NodeHostname), ("node.ip", ConstraintKey.NodeIp),
        ("node.role", ConstraintKey.NodeRole), ("node.platform.os", ConstraintKey.PlatformOs), ("node.platform.arch", ConstraintKey.PlatformArch),
        ("node.labels.", ConstraintKey.NodeLabel), ("engine.labels.", ConstraintKey.EngineLabel),
    ];

    /// <summary>Reads a constraint. Throws <see cref="FormatException"/> with what was expected.</summary>
    public static Constraint Parse(string text) =>
        TryParse(text, out var constraint, out var problem) ? constraint : throw new FormatException(problem);

    /// <summary>Reads a constraint; where the text is none, <paramref name="problem"/> says why and what was expected.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Constraint? constraint, [NotNullWhen(false)] out string? problem)
    {
        constraint = null;
        var (at, equal) = Operator(text);
        if (at < 0)
        {
            problem = $"The constraint '{text}' has neither == nor !=. {Example}";
            return false;
        }
        var (name, value) = (text[..at].Trim(), text[(at + 2)..].Trim());
        if (!TryKey(name, out var key, out var label))
        {
            problem = $"The constraint '{text}' looks at '{name}', which nodes do not have. Known are: {Keys}.";
            return false;
        }
        problem = Problem(text, key, label, value);
        if (problem is not null)
            return false;
        constraint = new(key, label, equal, value);
        return true;
    }

    /// <summary>The constraints of a placement. Throws <see cref="FormatException"/> on the first that is none.</summary>
    public static IReadOnlyList<Constraint> Of(Placement? placement) =>
        placement?.Constraints is { Count: > 0 } texts ? texts.Select(Parse).ToArray() : [];

    /// <summary>Whether a node meets all constraints.</summary>
    public static bool AreMetBy(this IReadOnlyList<Constraint> constraints, Node node)
    {
        for (var i = 0; i < constraints.Count; i++)
        {
            if (!constraints[i].IsMetBy(node))
                return false;
        }
        return true;
    }

    /// <summary>How a key is written; a label's own key follows.</summary>
    internal static string NameOf(ConstraintKey key) => Array.Find(Names, known => known.Key == key).Name;

    /// <summary>Reads what is left of the operator.</summary>
    internal static bool TryKey(string name, out ConstraintKey key, out string label)
    {
        foreach (var (known, found) in Names)
        {
            var isLabel = known.EndsWith('.');
            if (isLabel ? name.Length > known.Length && name.StartsWith(known, StringComparison.OrdinalIgnoreCase)
                        : name.Equals(known, StringComparison.OrdinalIgnoreCase))
            {
                (key, label) = (found, isLabel ? name[known.Length..] : "");
                return true;
            }
        }
        (key, label) = (default, "");
        return false;
    }

    /// <summary>Whether a label's key can be written in a constraint.</summary>
    internal static bool IsLabelKey(string label) => label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/');

    private static (int At, bool Equal) Operator(string text)
    {
        var (same, other) = (text.IndexOf("==", StringComparison.Ordinal), text.IndexOf("!=", StringComparison.Ordinal));
        return same >= 0 && (other < 0 || same < other) ? (same, true) : (other, false);
    }

    private static string? Problem(string text, ConstraintKey key, string label, string value)
    {
        if (!IsLabelKey(label))
            return $"The constraint '{text}' names the label '{label}'. Letters, digits and - _ . / may be in a label's key.";
        if (value == "")
            return $"The constraint '{text}' has no value. {Example}";
        if (!value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or '/' or ' ' or '+' or '(' or ')'))
            return $"The constraint '{text}' has a value with a character that cannot be compared. Letters, digits, blanks and - _ . : / + ( ) may be in it; values are compared literally, so patterns do not work.";
        if (key == ConstraintKey.NodeRole && value.ToLowerInvariant() is not ("worker" or "manager"))
            return $"The constraint '{text}' names the role '{value}'. A node is a worker or a manager.";
        if (key == ConstraintKey.NodeIp && Constraint.AddressRange(value) is null)
            return $"The constraint '{text}' names the address '{value}'. Write an address as 10.1.2.3 or a range as 10.1.0.0/16.";
        return null;
    }
}
