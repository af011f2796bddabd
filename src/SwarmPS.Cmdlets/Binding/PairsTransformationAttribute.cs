using System.Management.Automation;

namespace SwarmPS.Cmdlets.Binding;

/// <summary>Takes a hashtable, or texts as <c>NAME=value</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PairsTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var pairs = Pairs.Of(inputData).ToArray();
        return Array.Find(pairs, pair => pair.Length == 0 || pair[0] == '=') is null
            ? pairs
            : throw new ArgumentTransformationMetadataException("A name is missing. Write NAME=value, or a hashtable as @{ NAME = 'value' }.");
    }
}
