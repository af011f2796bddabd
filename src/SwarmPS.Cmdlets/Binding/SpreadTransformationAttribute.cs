using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.Binding;

/// <summary>Takes what to spread over: <c>node.labels.zone</c>, with docker's <c>spread=</c> before it or without.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SpreadTransformationAttribute : NotationTransformationAttribute
{
    private const string Prefix = "spread=";

    private protected override Array ToArray(IEnumerable<object> inputs) => inputs.Select(input =>
    {
        var text = Text(input);
        var label = text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? text[Prefix.Length..] : text;
        SpreadDescriptors.Parse(label);
        return label;
    }).ToArray();
}
