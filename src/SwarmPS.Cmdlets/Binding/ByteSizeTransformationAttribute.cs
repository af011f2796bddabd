using System.Management.Automation;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.Binding;

/// <summary>Takes a number of bytes, which is what PowerShell makes of <c>512MB</c>, or text as <c>512m</c>; -1 is without limit, where a parameter knows that.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ByteSizeTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Of(inputData);

    /// <summary>The bytes that a user wrote; null for nothing.</summary>
    internal static long? Of(object? input)
    {
        var value = input is PSObject wrapped ? wrapped.BaseObject : input;
        try
        {
            return value switch
            {
                null => null,
                "-1" => -1,
                string text => ByteSizes.Parse(text),
                _ => LanguagePrimitives.ConvertTo<long>(value),
            };
        }
        catch (Exception fault) when (fault is FormatException or PSInvalidCastException)
        {
            throw new ArgumentTransformationMetadataException(fault.Message, fault);
        }
    }
}
