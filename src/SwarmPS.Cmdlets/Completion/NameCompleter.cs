using System.Collections;
using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Language;
using Newtonsoft.Json;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Connection;

namespace SwarmPS.Cmdlets.Completion;

/// <summary>
/// Completes names of the swarm's objects. Keys come fast one after another, so an answer is used for a moment; where the daemon does
/// not answer soon there is nothing to offer.
/// </summary>
public abstract class NameCompleter : IArgumentCompleter
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly ConcurrentDictionary<(Type Completer, string Address), (long At, IReadOnlyList<string> Names)> Known = new();

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = wordToComplete.Trim('\'', '"');
        return Names()
            .Where(name => name.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.OrdinalIgnoreCase)
            .Select(name => new CompletionResult(name));
    }

    /// <summary>Asks for the names there are.</summary>
    private protected abstract Task<IReadOnlyList<string>> AskAsync(SwarmClient swarm, CancellationToken stop);

    private IReadOnlyList<string> Names()
    {
        try
        {
            var swarm = Connections.Client;
            var key = (GetType(), swarm.Endpoint.Address);
            if (Known.TryGetValue(key, out var known) && TimeProvider.System.GetElapsedTime(known.At) < Fresh)
                return known.Names;
            using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
            var names = Task.Run(() => AskAsync(swarm, deadline.Token), deadline.Token).GetAwaiter().GetResult();
            Known[key] = (TimeProvider.System.GetTimestamp(), names);
            return names;
        }
        catch (Exception silent) when (silent is SwarmApiException or SwarmUnreachableException or OperationCanceledException or IOException or JsonException or FormatException)
        {
            // A completer has nowhere to show an error; the cmdlet itself will say it.
            return [];
        }
    }
}
