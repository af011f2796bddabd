using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api.Queries;

/// <summary>Finds the one object that a client means: by its id, else by its name, else by the beginning of its id.</summary>
internal static class Lookup
{
    /// <summary>A service.</summary>
    public static Service Service(Snapshot state, string input) =>
        One("service", input, state.Services, service => service.Spec.Name == input);

    /// <summary>A node; its name is its host's.</summary>
    public static Node Node(Snapshot state, string input) =>
        One("node", input, state.Nodes, node => node.Description?.Hostname == input || node.Spec.Name == input);

    /// <summary>A task; it has no name.</summary>
    public static SwarmTask Task(Snapshot state, string input) => One("task", input, state.Tasks, _ => false);

    /// <summary>A secret.</summary>
    public static Secret Secret(Snapshot state, string input) =>
        One("secret", input, state.Secrets, secret => secret.Spec.Name == input);

    /// <summary>A network.</summary>
    public static Network Network(Snapshot state, string input) =>
        One("network", input, state.Networks, network => network.Spec.Name == input);

    /// <summary>A config.</summary>
    public static Config Config(Snapshot state, string input) =>
        One("config", input, state.Configs, config => config.Spec.Name == input);

    private static T One<T>(string kind, string input, Table<T> table, Func<T, bool> isNamed) where T : StoreObject
    {
        if (table.Find(input) is { } exact)
            return exact;
        var found = table.All.Where(isNamed).Take(2).ToList();
        if (found.Count == 0 && input.Length > 0)
            found = table.All.Where(value => value.Id.StartsWith(input, StringComparison.Ordinal)).ToList();
        return found.Count switch
        {
            0 => throw SwarmException.NotFound(kind, input),
            1 => found[0],
            _ => throw SwarmException.Invalid($"{kind} {input} is ambiguous ({found.Count} matches found)"),
        };
    }
}
