using System.Collections;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.Binding;

/// <summary>Takes mounts: <c>type=bind,src=/host,dst=/inside,ro</c>, or a hashtable with these fields.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MountTransformationAttribute : NotationTransformationAttribute
{
    private protected override Array ToArray(IEnumerable<object> inputs) =>
        LooseFields.Join(inputs, text => !text.Contains(',', StringComparison.Ordinal)).Select(Read).ToArray();

    private static Mount Read(object input) => input switch
    {
        Mount mount => mount,
        IDictionary table => MountNotation.Parse(MountNotation.Join(Fields(table))),
        _ => MountNotation.Parse(Text(input)),
    };
}
