using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.Binding;

/// <summary>Takes placement constraints and refuses what is none, so that the mistake is told before anything is asked.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ConstraintTransformationAttribute : NotationTransformationAttribute
{
    private protected override Array ToArray(IEnumerable<object> inputs) => inputs.Select(input =>
    {
        var text = Text(input);
        Constraints.Parse(text);
        return text;
    }).ToArray();
}
