using System.Collections;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.Binding;

/// <summary>Takes networks of a service: a name, <c>name=web,alias=www</c>, or a hashtable with these fields.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NetworkTransformationAttribute : NotationTransformationAttribute
{
    private protected override Array ToArray(IEnumerable<object> inputs) =>
        LooseFields.Join(inputs, text => text.Contains('=', StringComparison.Ordinal) && !text.Contains(',', StringComparison.Ordinal)).Select(Read).ToArray();

    private static NetworkAttachmentConfig Read(object input) => input switch
    {
        NetworkAttachmentConfig network => network,
        IDictionary table => NetworkNotation.Parse(string.Join(',', Fields(table).Select(field => $"{field.Key}={field.Value}"))),
        _ => NetworkNotation.Parse(Text(input)),
    };
}
