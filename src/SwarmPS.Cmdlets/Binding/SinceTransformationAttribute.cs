using System.Globalization;
using System.Management.Automation;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.Binding;

/// <summary>Takes a time, or how long ago: a DateTime, <c>2026-01-31T12:00:00Z</c>, a TimeSpan or <c>10m</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SinceTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Of(inputData, TimeProvider.System.GetUtcNow());

    /// <summary>The moment that a user wrote; null for nothing.</summary>
    internal static DateTimeOffset? Of(object? input, DateTimeOffset now)
    {
        var value = input is PSObject wrapped ? wrapped.BaseObject : input;
        return value switch
        {
            null => null,
            DateTimeOffset moment => moment,
            DateTime moment => new DateTimeOffset(moment),
            TimeSpan ago => now - ago,
            _ => OfText(WrittenText.Of(input) ?? LanguagePrimitives.ConvertTo<string>(value), now),
        };
    }

    private static DateTimeOffset OfText(string text, DateTimeOffset now)
    {
        // A clock time with a day is a moment; 00:10:00 alone is ten minutes.
        if (Durations.TryParse(text, out var ago))
            return now - ago;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var moment)
            ? moment
            : throw new ArgumentTransformationMetadataException($"'{text}' is neither a time nor a duration. Write 2026-01-31T12:00:00, or how long ago, as 10m.");
    }
}
