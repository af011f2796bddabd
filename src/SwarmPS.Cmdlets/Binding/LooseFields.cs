namespace SwarmPS.Cmdlets.Binding;

/// <summary>
/// Docker's notations with commas, written without quotes: PowerShell makes an array of <c>type=bind,src=/a,dst=/b</c>. The fields are
/// put together again; a field that was there already begins the next thing.
/// </summary>
internal static class LooseFields
{
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["src"] = "source",
        ["dst"] = "target",
        ["destination"] = "target",
        ["ro"] = "readonly",
    };

    /// <summary>The inputs, with runs of single fields joined.</summary>
    /// <param name="inputs">What the user wrote.</param>
    /// <param name="isField">Whether a text is one field and no thing by itself.</param>
    public static IEnumerable<object> Join(IEnumerable<object> inputs, Func<string, bool> isField)
    {
        var fields = new List<string>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var input in inputs)
        {
            var field = input is string text && isField(text) ? text : null;
            if (fields.Count > 0 && (field is null || !names.Add(Name(field))))
            {
                yield return string.Join(',', fields);
                fields.Clear();
                names.Clear();
            }
            if (field is null)
            {
                yield return input;
                continue;
            }
            names.Add(Name(field));
            fields.Add(field);
        }
        if (fields.Count > 0)
            yield return string.Join(',', fields);
    }

    /// <summary>What may be there once only. Labels and options may be there several times: each counts as a field of its own.</summary>
    private static string Name(string field)
    {
        var (name, value) = Pairs.Split(field.Trim());
        return name is "volume-label" or "volume-opt" or "alias" or "driver-opt" ? $"{name}={value}" : Aliases.GetValueOrDefault(name, name);
    }
}
