using System.Management.Automation;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets;

/// <summary>Lets a TimeSpan parameter be given as <c>1m30s</c> too.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        try
        {
            return value is string text ? Durations.Parse(text) : inputData;
        }
        catch (FormatException wrong)
        {
            throw new ArgumentTransformationMetadataException(wrong.Message, wrong);
        }
    }
}

/// <summary>Lets a parameter of bytes be given as <c>512m</c> too; <c>512MB</c> PowerShell knows by itself.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ByteSizeAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        try
        {
            return value is string text ? ByteSizes.Parse(text) : inputData;
        }
        catch (FormatException wrong)
        {
            throw new ArgumentTransformationMetadataException(wrong.Message, wrong);
        }
    }
}

/// <summary>Lets settings be given as a hashtable or as <c>NAME=value</c> text.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingsAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is System.Collections.IDictionary map
            ? map.Cast<System.Collections.DictionaryEntry>().Select(entry => $"{entry.Key}={entry.Value}").ToArray()
            : inputData;
    }
}
