using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using SwarmPS.Cmdlets.Lab;

namespace SwarmPS.Cmdlets.SwarmLab;

/// <summary>Completes names of the labs on this machine.</summary>
public sealed class LabNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        new LabStore(LabStore.Default).Names().Where(name => name.StartsWith(wordToComplete, StringComparison.OrdinalIgnoreCase)).Select(name => new CompletionResult(name));
}
