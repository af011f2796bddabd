using System.Management.Automation;

namespace SwarmPS.Cmdlets.Binding;

/// <summary>Takes an enumeration's words as docker writes them, too: <c>on-failure</c> beside OnFailure.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ApiWordTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is string word ? word.Replace("-", "", StringComparison.Ordinal) : value;
    }
}
