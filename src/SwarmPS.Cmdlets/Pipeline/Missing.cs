using System.Management.Automation;
using System.Text.RegularExpressions;
using SwarmPS.Api;

namespace SwarmPS.Cmdlets.Pipeline;

/// <summary>What a user named is not there: says so, and what may have been meant.</summary>
/// <param name="Subject">The kind of object, as error ids begin: <c>Service</c>.</param>
/// <param name="Wanted">What the user wrote.</param>
internal sealed partial record Missing(string Subject, string Wanted)
{
    private const int SuggestionsMax = 3;

    /// <summary>What a refusal says is missing; null where it says something else.</summary>
    public static Missing? Of(SwarmApiException refusal) =>
        Words().Match(refusal.Message) is { Success: true } match ? new(char.ToUpperInvariant(match.Groups[1].Value[0]) + match.Groups[1].Value[1..], match.Groups[2].Value) : null;

    /// <summary>The error, with those names that are nearest to what was written.</summary>
    /// <param name="names">Those that are known.</param>
    /// <param name="answer">What was answered.</param>
    public SwarmFailureException ToFault(IEnumerable<string?> names, Exception? answer = null)
    {
        var near = Nearest(names.OfType<string>());
        var meant = near.Count == 0 ? "" : $" Did you mean {string.Join(" or ", near)}?";
        return new($"{Subject}NotFound", ErrorCategory.ObjectNotFound, $"There is no {Subject.ToLowerInvariant()} {Wanted}.{meant} Get-Swarm{Subject} shows those there are.", answer)
        {
            Missing = near.Count == 0 ? this : null,
        };
    }

    /// <summary>The names of the kind that there are; none of kinds that have no names.</summary>
    public async Task<IEnumerable<string?>> NamesAsync(SwarmClient swarm, CancellationToken stop) => Subject switch
    {
        "Service" => (await swarm.ListServicesAsync(new ApiFilters(), stop)).Select(service => service.Spec.Name),
        "Node" => (await swarm.ListNodesAsync(new ApiFilters(), stop)).Select(node => node.Description?.Hostname),
        "Secret" => (await swarm.ListSecretsAsync(new ApiFilters(), stop)).Select(secret => secret.Spec.Name),
        "Config" => (await swarm.ListConfigsAsync(new ApiFilters(), stop)).Select(config => config.Spec.Name),
        "Network" => (await swarm.ListNetworksAsync(new ApiFilters(), stop)).Select(network => network.Name),
        _ => [],
    };

    /// <summary>Those that differ by a slip of the finger or two, the nearest first.</summary>
    private List<string> Nearest(IEnumerable<string> names)
    {
        var slips = Wanted.Length < 4 ? 1 : 2;
        return [.. names.Distinct().Select(name => (Name: name, Distance: Distance(Wanted.ToLowerInvariant(), name.ToLowerInvariant())))
            .Where(one => one.Distance <= slips && one.Distance < Math.Max(one.Name.Length, Wanted.Length))
            .OrderBy(one => one.Distance).ThenBy(one => one.Name, StringComparer.Ordinal).Take(SuggestionsMax).Select(one => one.Name)];
    }

    /// <summary>Letters to add, to take away, to change or to swap with their neighbour (optimal string alignment).</summary>
    private static int Distance(string from, string to)
    {
        var table = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
        {
            for (var j = 0; j <= to.Length; j++)
                table[i, j] = i == 0 || j == 0 ? i + j : Step(i, j);
        }
        return table[from.Length, to.Length];

        int Step(int i, int j)
        {
            var changed = table[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
            var least = Math.Min(changed, Math.Min(table[i - 1, j], table[i, j - 1]) + 1);
            var swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
            return swapped ? Math.Min(least, table[i - 2, j - 2] + 1) : least;
        }
    }

    [GeneratedRegex("^(service|node|task|secret|config|network) (\\S+) not found$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Words();
}
