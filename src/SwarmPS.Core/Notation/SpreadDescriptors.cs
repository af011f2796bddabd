using System.Diagnostics.CodeAnalysis;
using SwarmPS.Model;

namespace SwarmPS.Notation;

/// <summary>A label that tasks are spread over: <c>node.labels.zone</c>, <c>engine.labels.rack</c>.</summary>
public sealed record SpreadLabel(bool OfEngine, string Key)
{
    /// <summary>The branch a node is on; nodes without the label share an empty one.</summary>
    public string BranchOf(Node node) => (OfEngine ? node.Description?.Engine?.Labels : node.Spec.Labels)?.Find(Key) ?? "";
}

/// <summary>Reads what placement preferences spread over.</summary>
public static class SpreadDescriptors
{
    /// <summary>Reads a descriptor. Throws <see cref="FormatException"/> with what was expected.</summary>
    public static SpreadLabel Parse(string text) =>
        TryParse(text, out var label) ? label : throw new FormatException(
            $"Tasks cannot be spread over '{text}'. Write node.labels.KEY or engine.labels.KEY, as node.labels.zone.");

    /// <summary>Reads a descriptor; false where the text is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SpreadLabel? label)
    {
        label = null;
        if (!Constraints.TryKey(text.Trim(), out var key, out var name) || name == "" || !Constraints.IsLabelKey(name))
            return false;
        label = new(key == ConstraintKey.EngineLabel, name);
        return true;
    }
}
