using System.Management.Automation;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.Binding;

/// <summary>Takes a TimeSpan, or text as <c>1m30s</c> or <c>00:01:30</c>. A bare number has no unit and is refused.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Of(inputData);

    /// <summary>The duration that a user wrote; null for nothing.</summary>
    internal static TimeSpan? Of(object? input)
    {
        var value = input is PSObject wrapped ? wrapped.BaseObject : input;
        try
        {
            return value switch
            {
                null => null,
                TimeSpan duration => duration,
                _ => Durations.Parse(WrittenText.Of(input) ?? LanguagePrimitives.ConvertTo<string>(value)),
            };
        }
        catch (FormatException fault)
        {
            throw new ArgumentTransformationMetadataException(fault.Message, fault);
        }
    }
}
