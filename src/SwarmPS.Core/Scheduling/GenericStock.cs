using SwarmPS.Model;

namespace SwarmPS.Scheduling;

/// <summary>What of the things an administrator named (GPUs, licences) is taken on a node.</summary>
internal sealed class GenericStock
{
    private Dictionary<string, long>? taken;
    private Dictionary<(string Kind, string Value), int>? takenByName;

    public void Take(ValueList<GenericResource> resources)
    {
        foreach (var resource in resources)
        {
            if (resource.NamedResourceSpec is { } named)
                (takenByName ??= [])[KeyOf(named)] = takenByName.GetValueOrDefault(KeyOf(named)) + 1;
            else if (resource.DiscreteResourceSpec is { } counted)
                (taken ??= [])[counted.Kind ?? ""] = taken.GetValueOrDefault(counted.Kind ?? "") + counted.Value;
        }
    }

    public void Release(ValueList<GenericResource> resources)
    {
        foreach (var resource in resources)
        {
            if (resource.NamedResourceSpec is { } named)
            {
                if (--takenByName![KeyOf(named)] == 0)
                    takenByName.Remove(KeyOf(named));
            }
            else if (resource.DiscreteResourceSpec is { } counted && taken is not null)
                taken[counted.Kind ?? ""] = taken.GetValueOrDefault(counted.Kind ?? "") - counted.Value;
        }
    }

    /// <summary>Chooses a number of things of a kind on a node; null where there are too few.</summary>
    public IReadOnlyList<GenericResource>? Choose(Node node, string kind, long count)
    {
        var stock = node.Description?.Resources?.GenericResources.OrEmpty() ?? ValueList<GenericResource>.Empty;
        var named = stock
            .Where(resource => resource.NamedResourceSpec?.Kind == kind && takenByName?.ContainsKey(KeyOf(resource.NamedResourceSpec)) != true)
            .Take((int)Math.Min(count, int.MaxValue)).ToList();
        if (named.Count == count)
            return named;
        var free = stock.Sum(resource => resource.DiscreteResourceSpec is { } counted && counted.Kind == kind ? counted.Value : 0) -
            (taken?.GetValueOrDefault(kind) ?? 0);
        return free >= count ? [new() { DiscreteResourceSpec = new(kind, count) }] : null;
    }

    /// <summary>What is asked for, chosen; null where something is missing.</summary>
    public ValueList<GenericResource>? Choose(Node node, ValueList<GenericResource> wanted)
    {
        List<GenericResource> chosen = [];
        foreach (var resource in wanted)
        {
            if (resource.DiscreteResourceSpec is not { } counted)
                continue;
            if (Choose(node, counted.Kind ?? "", counted.Value) is not { } found)
                return null;
            chosen.AddRange(found);
        }
        return chosen.ToValueList();
    }

    private static (string Kind, string Value) KeyOf(NamedGenericResource named) => (named.Kind ?? "", named.Value ?? "");
}
