using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using SwarmPS.Api;

namespace SwarmPS.Cmdlets;

/// <summary>Completes names of objects of the swarm, from answers that are kept for a few seconds.</summary>
public abstract class NameCompleter : IArgumentCompleter
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private (string Address, long At, IReadOnlyList<string> Names) cache = ("", 0, []);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var begun = wordToComplete.Trim('\'', '"');
        return Names().Where(name => name.StartsWith(begun, StringComparison.OrdinalIgnoreCase)).Select(name => new CompletionResult(name));
    }

    /// <summary>Asks for the names.</summary>
    internal abstract Task<IReadOnlyList<string>> AskAsync(SwarmClient swarm, CancellationToken stop);

    private IReadOnlyList<string> Names()
    {
        var endpoint = SwarmConnection.Current;
        if (cache.Address == endpoint.Address && TimeProvider.System.GetElapsedTime(cache.At) < Kept)
            return cache.Names;
        try
        {
            using var late = new CancellationTokenSource(Patience);
            var names = Task.Run(() => AskAsync(SwarmConnection.ClientOf(endpoint), late.Token)).GetAwaiter().GetResult();
            cache = (endpoint.Address, TimeProvider.System.GetTimestamp(), names);
            return names;
        }
        catch (Exception fault) when (fault is SwarmUnreachableException or SwarmApiException or OperationCanceledException)
        {
            // Nothing to offer: a completion is no place for an error.
            return [];
        }
    }
}

/// <summary>Completes names of services.</summary>
public sealed class ServiceNameCompleter : NameCompleter
{
    internal override async Task<IReadOnlyList<string>> AskAsync(SwarmClient swarm, CancellationToken stop) =>
        (await swarm.ListServicesAsync(new(), stop).ConfigureAwait(false)).Select(service => service.Spec.Name!).Order(StringComparer.Ordinal).ToList();
}

/// <summary>Completes names of nodes.</summary>
public sealed class NodeNameCompleter : NameCompleter
{
    internal override async Task<IReadOnlyList<string>> AskAsync(SwarmClient swarm, CancellationToken stop) =>
        (await swarm.ListNodesAsync(new(), stop).ConfigureAwait(false)).Select(node => node.Description?.Hostname ?? node.Id).Order(StringComparer.Ordinal).ToList();
}
