using System.Globalization;
using System.Management.Automation;
using System.Net;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Connection;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmEvent;

/// <summary>Tells what happens in the swarm, as it happens.</summary>
/// <remarks>
/// <para>Events of services, tasks, nodes, networks, secrets and configs come as objects until the pipeline is stopped (Ctrl-C) or
/// <c>-Count</c> are there. Every manager has the same events with the same indexes, the last 8,192 of them: where the connection breaks,
/// the cmdlet goes on after the last event it had, at the same manager or the next one of <c>-OtherManager</c>, and none is lost by a
/// change of the leader. Where it was away for so long that some are lost, it warns and goes on from now.</para>
/// </remarks>
/// <example>
/// <para>Shows what happens to a service and its tasks.</para>
/// <code>
/// Watch-Swarm -Service web -Count 1
/// </code>
/// </example>
/// <example>
/// <para>Waits for the next task that fails, and says why.</para>
/// <code>
/// Watch-Swarm -Type task -Action update -Count 5 | Where-Object { $_.Attributes['state.new'] -eq 'failed' } | ForEach-Object { $_.Attributes['error.new'] }
/// </code>
/// </example>
/// <example>
/// <para>Shows nodes as they come and go, by whichever of three managers answers.</para>
/// <code>
/// Watch-Swarm -Type node -Count 1 -OtherManager ssh://root@n2, ssh://root@n3
/// </code>
/// </example>
[Cmdlet(VerbsCommon.Watch, "Swarm")]
[OutputType(typeof(SwarmEventInfo))]
public sealed class WatchSwarmCommand : SwarmCmdlet
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private string? last;
    private int told;

    /// <summary>Events of these kinds of objects.</summary>
    /// <value>all</value>
    [Parameter]
    [ValidateSet("service", "task", "node", "network", "secret", "config")]
    public string[] Type { get; set; } = [];

    /// <summary>What happened.</summary>
    /// <value>all</value>
    [Parameter]
    [ValidateSet("create", "update", "remove")]
    public string[] Action { get; set; } = [];

    /// <summary>Events of these services and their tasks, by name, id or beginning of an id.</summary>
    /// <value>all</value>
    [Parameter]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string[] Service { get; set; } = [];

    /// <summary>Events of these nodes, by name, id or beginning of an id, and, by id, of the tasks on them.</summary>
    /// <value>all</value>
    [Parameter]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public string[] Node { get; set; } = [];

    /// <summary>Begins there, as far back as events are kept: a time, or how long ago, as <c>10m</c>.</summary>
    /// <value>now</value>
    [Parameter]
    [SinceTransformation]
    public DateTimeOffset? Since { get; set; }

    /// <summary>Goes on after the event of this <c>Index</c>.</summary>
    /// <value>now</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? After { get; set; }

    /// <summary>Ends after so many events.</summary>
    /// <value>never</value>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Count { get; set; }

    /// <summary>Managers to go on with where the session's is lost: sockets, or <c>ssh://user@host</c>.</summary>
    /// <value>the session's alone</value>
    [Parameter]
    public string[] OtherManager { get; set; } = [];

    /// <inheritdoc/>
    protected override string Subject => "Swarm";

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        List<SwarmClient> managers = [swarm, .. OtherManager.Select(other => Connections.ClientOf(Connections.Resolve(this, other)))];
        last = After;
        var wasThere = false;
        for (var i = 0; !IsDone; i++)
        {
            var manager = managers[i % managers.Count];
            try
            {
                await foreach (var seen in manager.WatchEventsAsync(Filters, last, last is null ? Since : null, () => wasThere = true, stop))
                {
                    last = seen.Index ?? last;
                    told++;
                    WriteObject(new SwarmEventInfo(seen));
                    if (IsDone)
                        return;
                }
                WriteVerbose($"The stream of {manager.Endpoint.Address} ended; going on.");
            }
            catch (SwarmApiException lost) when (lost.Status == HttpStatusCode.BadRequest && last is not null && wasThere)
            {
                WriteWarning($"{lost.Message} Events of the time in between are missing here.");
                last = null;
                Since = null;
                i--;
                continue;
            }
            catch (Exception broken) when ((wasThere || i + 1 < managers.Count) && !stop.IsCancellationRequested && IsPassing(broken))
            {
                WriteVerbose($"{manager.Endpoint.Address} is lost; going on. {broken.Message}");
            }
            if ((i + 1) % managers.Count == 0)
                await Task.Delay(RetryInterval, TimeProvider.System, stop);
        }
    }

    private bool IsDone => told >= Count;

    private ApiFilters Filters
    {
        get
        {
            var filters = new ApiFilters().Add("scope", "swarm");
            foreach (var (name, values) in new[] { ("type", Type), ("event", Action), ("service", Service), ("node", Node) })
                Array.ForEach(values, value => filters.Add(name, value));
            return filters;
        }
    }

    private static bool IsPassing(Exception broken) =>
        broken is SwarmUnreachableException or IOException or HttpRequestException or SwarmApiException { Status: HttpStatusCode.ServiceUnavailable };
}
