using System.Collections;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.Binding;

/// <summary>Takes secrets and configs of a service: a name, <c>source=key,target=file,mode=0400</c>, or a hashtable with these fields.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FileReferenceTransformationAttribute : NotationTransformationAttribute
{
    private protected override Array ToArray(IEnumerable<object> inputs) =>
        LooseFields.Join(inputs, text => text.Contains('=', StringComparison.Ordinal) && !text.Contains(',', StringComparison.Ordinal)).Select(Read).ToArray();

    private static FileReference Read(object input) => input switch
    {
        FileReference reference => reference,
        SwarmSecret.SwarmSecretInfo secret => FileReference.Parse(secret.Name),
        SwarmConfig.SwarmConfigInfo config => FileReference.Parse(config.Name),
        IDictionary table => FileReference.Parse(string.Join(',', Fields(table).Select(field => $"{field.Key}={field.Value}"))),
        _ => FileReference.Parse(Text(input)),
    };
}
