using System.Collections;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.Binding;

/// <summary>Takes published ports: <c>80</c>, <c>8080:80/udp</c>, <c>published=8080,target=80,mode=host</c>, or a hashtable with these fields.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PortTransformationAttribute : NotationTransformationAttribute
{
    private protected override Array ToArray(IEnumerable<object> inputs) =>
        LooseFields.Join(inputs, text => (text.Contains('=', StringComparison.Ordinal) || text is "preserve-source" or "prefer-local") && !text.Contains(',', StringComparison.Ordinal)).SelectMany(Read).ToArray();

    private static IEnumerable<PortConfig> Read(object input) => input switch
    {
        PortConfig port => [port],
        IDictionary table => PortNotation.Parse(string.Join(',', Fields(table).Select(field => $"{field.Key}={field.Value}"))),
        _ => PortNotation.Parse(Text(input)),
    };
}
