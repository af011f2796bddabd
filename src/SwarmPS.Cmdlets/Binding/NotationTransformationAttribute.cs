using System.Collections;
using System.Management.Automation;

namespace SwarmPS.Cmdlets.Binding;

/// <summary>Takes one thing or several that are written in a notation of the field, and hashtables where they have fields.</summary>
public abstract class NotationTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public sealed override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        try
        {
            return inputData is null ? null : ToArray(Flatten(inputData));
        }
        catch (FormatException fault)
        {
            throw new ArgumentTransformationMetadataException(fault.Message, fault);
        }
    }

    /// <summary>The array that the parameter takes. Throws <see cref="FormatException"/> for what cannot be read.</summary>
    private protected abstract Array ToArray(IEnumerable<object> inputs);

    /// <summary>The text of a hashtable's entry; a true or false in lower case.</summary>
    private protected static string Text(object? value) => value switch
    {
        null => "",
        PSObject wrapped => Text(wrapped.BaseObject),
        bool flag => flag ? "true" : "false",
        _ => LanguagePrimitives.ConvertTo<string>(value),
    };

    /// <summary>A hashtable's entries with names in lower case.</summary>
    private protected static IEnumerable<KeyValuePair<string, string>> Fields(IDictionary table) =>
        table.Cast<DictionaryEntry>().Select(entry => new KeyValuePair<string, string>(Text(entry.Key).ToLowerInvariant(), Text(entry.Value)));

    private static IEnumerable<object> Flatten(object? input)
    {
        var value = input is PSObject wrapped ? wrapped.BaseObject : input;
        return value switch
        {
            null => [],
            string or IDictionary => [value],
            IEnumerable many => many.Cast<object?>().SelectMany(Flatten),
            _ => [value],
        };
    }
}
