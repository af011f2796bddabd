using System.Management.Automation;
using SwarmPS.Api;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>Changes the number of a service's replicas and waits until they run.</summary>
/// <remarks>
/// <para>With fewer replicas, tasks end first on nodes that have the most of them. With 0 the service stays, without tasks.</para>
/// </remarks>
/// <example>
/// <para>Five replicas.</para>
/// <code>
/// Resize-SwarmService web 5
/// </code>
/// </example>
/// <example>
/// <para>Stops all tasks of the services of a team, and keeps the services.</para>
/// <code>
/// Get-SwarmService -Label team=a | Resize-SwarmService -Replicas 0
/// </code>
/// </example>
/// <error id="ServiceNotReplicated">The service is global: it has one task on each node that fits.</error>
[Cmdlet(VerbsCommon.Resize, "SwarmService", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmServiceInfo))]
public sealed class ResizeSwarmServiceCommand : NamedServicesCmdlet
{
    /// <summary>How many replicas there should be.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public ulong Replicas { get; set; }

    /// <inheritdoc/>
    private protected override Task AskAsync(SwarmClient swarm, string name, CancellationToken stop) => ChangeAsync(
        swarm, name, $"Change the number of replicas to {Replicas}", spec => spec with { Mode = ServiceModes.WithReplicas(spec, Replicas) }, stop);
}
