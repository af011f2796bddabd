using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Binding;

/// <summary>Lists of texts, each of which is there once.</summary>
internal static class Entries
{
    /// <summary>A list without some entries, and with others at its end. It is as it was where nothing is to be done.</summary>
    public static ValueList<string>? Amend(ValueList<string>? list, IReadOnlyCollection<string>? add, IReadOnlyCollection<string>? remove)
    {
        if (add is null or { Count: 0 } && remove is null or { Count: 0 })
            return list;
        var gone = (remove ?? []).Concat(add ?? []).ToHashSet(StringComparer.Ordinal);
        return list.OrEmpty().Where(entry => !gone.Contains(entry)).Concat((add ?? []).Distinct(StringComparer.Ordinal)).ToValueList();
    }
}
