using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api.Queries;

/// <summary>Which secrets and configs a list shows.</summary>
internal static class PayloadQuery
{
    /// <summary>The secrets that fit, by name.</summary>
    public static IEnumerable<Secret> Secrets(Snapshot state, string? filtersJson)
    {
        var filters = Filters(filtersJson);
        return state.Secrets.All.Where(secret => Fits(filters, secret.Id, secret.Spec.Name, secret.Spec.Labels)).OrderBy(secret => secret.Spec.Name, StringComparer.Ordinal);
    }

    /// <summary>The configs that fit, by name.</summary>
    public static IEnumerable<Config> Configs(Snapshot state, string? filtersJson)
    {
        var filters = Filters(filtersJson);
        return state.Configs.All.Where(config => Fits(filters, config.Id, config.Spec.Name, config.Spec.Labels)).OrderBy(config => config.Spec.Name, StringComparer.Ordinal);
    }

    private static ListFilters Filters(string? json) => ListFilters.Parse(json, "name", "names", "id", "label");

    /// <summary>As in Docker, <c>name</c> is the beginning of a name and <c>names</c> are whole ones.</summary>
    private static bool Fits(ListFilters filters, string id, string? name, ValueMap<string>? labels) =>
        filters.Begins("name", name) && filters.Is("names", name) && filters.Begins("id", id) && filters.HasLabels("label", labels);
}
