using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmNetwork;

/// <summary>Has the nodes try the swarm's networks, and says what is broken and where.</summary>
/// <remarks>
/// <para>Every node that takes part in a network tries it: whether its kernel, its engine, the virtual addresses in its containers and
/// its published ports are as the managers want (<c>Kernel</c>, <c>VirtualAddresses</c>, <c>Ports</c>), whether its DNS server answers
/// (<c>Names</c>), whether packets get to each other node and back, the largest ones too (<c>Path</c>), and whether the containers of
/// serving tasks answer (<c>Tasks</c>). A node that cannot be asked is a finding of its own (<c>Node</c>).</para>
/// <para>Nothing is changed by it. What others changed on a node, the node's daemon puts back with its next audit, five minutes
/// later at the most. What answers takes a few milliseconds, what does not three seconds, all nodes at the same time.</para>
/// </remarks>
/// <example>
/// <para>Tries all networks.</para>
/// <code>
/// Test-SwarmNetwork
/// </code>
/// </example>
/// <example>
/// <para>Shows only what is broken.</para>
/// <code>
/// Test-SwarmNetwork | Where-Object { -not $_.Ok }
/// </code>
/// </example>
/// <example>
/// <para>In a script: goes on only where the networks work.</para>
/// <code>
/// if (-not (Test-SwarmNetwork -Quiet)) { throw 'the networks of the swarm do not work; run Test-SwarmNetwork' }
/// </code>
/// </example>
/// <error id="NetworkNotFound">There is no such network.</error>
/// <error id="NetworkAmbiguous">The beginning of an id fits several.</error>
[Cmdlet(VerbsDiagnostic.Test, "SwarmNetwork")]
[OutputType(typeof(SwarmNetworkFinding))]
public sealed class TestSwarmNetworkCommand : SwarmCmdlet
{
    /// <summary>Names, ids or beginnings of ids; names may have wildcards. All networks where nothing is said.</summary>
    /// <value>all networks</value>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "Network")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(NetworkNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Only <c>$true</c> where all is as it should be, else <c>$false</c>.</summary>
    /// <value>what was found</value>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "Network";

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        List<string> ids = [];
        if (Name is { Length: > 0 })
        {
            var networks = await swarm.ListNetworksAsync(new ApiFilters().Add("scope", "swarm"), stop);
            await ForEachAsync(Name, name => { ids.AddRange(Selection.Pick(networks, name, network => network.Id, network => network.Name, "Network").Select(network => network.Id)); return Task.CompletedTask; });
            // Without one, all would be tried.
            if (ids.Count == 0)
                return;
        }
        var (done, isGood) = (0, true);
        await foreach (var answer in swarm.CheckNetworksAsync(ids, stop))
        {
            WriteProgress(new(0, "Trying networks", $"{++done} of {answer.Nodes} nodes have answered") { PercentComplete = 100 * done / answer.Nodes });
            isGood &= answer.Findings.All(finding => finding.Ok);
            var inOrder = answer.Findings.OrderBy(finding => finding.Network, StringComparer.Ordinal).ThenBy(finding => finding.Check).ThenBy(finding => finding.Other, StringComparer.Ordinal);
            foreach (var finding in Quiet ? Enumerable.Empty<NetworkFinding>() : inOrder)
                WriteObject(new SwarmNetworkFinding(answer, finding));
        }
        WriteProgress(new(0, "Trying networks", "done") { RecordType = ProgressRecordType.Completed });
        if (Quiet)
            WriteObject(isGood);
    }
}
