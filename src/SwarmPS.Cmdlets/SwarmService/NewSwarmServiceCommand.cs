using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmService;

/// <summary>Makes a service and waits until its tasks run.</summary>
/// <remarks>
/// <para>The spec is checked completely before it is stored, and refused for every reason at once. Then the cmdlet waits, with a
/// progress bar, until the tasks run (and are healthy, where health is checked), and gives the service. <c>-NoWait</c> gives it at
/// once.</para>
/// <para>Times have units (<c>10s</c>), sizes too (<c>512m</c>), ports and mounts are written as for docker, and whatever has fields can
/// be a hashtable.</para>
/// <para>With <c>-WhatIf</c> nothing is made: the daemon checks the spec, decides on a copy of the swarm's state where the tasks would
/// run, and the cmdlet shows it. A script gets the plan from the information stream (<c>-InformationVariable</c>).</para>
/// </remarks>
/// <example>
/// <para>Three replicas, each reached at port 8080 of its node.</para>
/// <code>
/// New-SwarmService web nginx:alpine -Replicas 3 -Publish published=8080,target=80,mode=host
/// </code>
/// </example>
/// <example>
/// <para>One task on each worker, with a folder of the node.</para>
/// <code>
/// New-SwarmService agent example/agent:2 -Mode Global -Constraint "node.role == worker" -Mount type=bind,src=/var/log,dst=/logs,ro
/// </code>
/// </example>
/// <example>
/// <para>Health that is checked, limits, and an update two at a time that rolls back when it fails.</para>
/// <code>
/// New-SwarmService api example/api:1 -Replicas 4 -HealthCommand "curl -f http://localhost/" -HealthInterval 5s `
///     -LimitMemory 512m -ReserveCpu 0.5 -UpdateParallelism 2 -UpdateFailureAction Rollback
/// </code>
/// </example>
/// <example>
/// <para>A job: ten tasks that run to their end, three at a time, each tried four times at most. It waits until all have completed.</para>
/// <code>
/// New-SwarmService import example/import:3 -Mode ReplicatedJob -Replicas 10 -MaxConcurrent 3 -RestartMaxAttempts 3 -Timeout 1h
/// </code>
/// </example>
/// <example>
/// <para>Settings of a hashtable; without waiting.</para>
/// <code>
/// $settings = @{ Name = "db"; Image = "postgres:16"; Env = @{ PGDATA = "/data" }; Mount = @{ type = "volume"; source = "db"; target = "/data" } }
/// New-SwarmService @settings -NoWait
/// </code>
/// </example>
/// <example>
/// <para>A secret and a config as files: /run/secrets/db-password, which only the user 999 may read, and /etc/app.conf.</para>
/// <code>
/// New-SwarmService db postgres:16 -Secret source=db-password,uid=999,mode=0400 -Config @{ source = "app.conf"; target = "/etc/app.conf" }
/// </code>
/// </example>
/// <example>
/// <para>Says what would be done, and on which nodes the tasks would run.</para>
/// <code>
/// New-SwarmService web nginx:alpine -WhatIf
/// </code>
/// </example>
/// <error id="ServiceExists">The name is in use.</error>
/// <error id="SecretNotFound">There is no secret of that name.</error>
/// <error id="ConfigNotFound">There is no config of that name.</error>
/// <error id="ConflictingParameters">Two parameters cannot go together; the message names them.</error>
/// <error id="FileNotFound">A file of <c>-EnvFile</c> is not there.</error>
[Cmdlet(VerbsCommon.New, "SwarmService", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmServiceInfo))]
public sealed class NewSwarmServiceCommand : ServiceSettingsCmdlet
{
    /// <summary>The service's name: letters, digits, - and _, 63 at most. The daemon makes one up where nothing is said.</summary>
    /// <value>one that the daemon makes up</value>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The image of its containers.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Image { get; set; } = "";

    /// <summary>
    /// Replicated: a number of tasks. Global: one on each node that fits. ReplicatedJob: a number of tasks that run to their end.
    /// GlobalJob: one that runs to its end on each node that fits.
    /// </summary>
    [Parameter]
    [ValidateSet("Replicated", "Global", "ReplicatedJob", "GlobalJob")]
    public string Mode { get; set; } = "Replicated";

    /// <inheritdoc/>
    protected override object? Target => Name ?? Image;

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        await ResolveAsync(swarm, stop);
        var spec = ToSpec();
        if (!IsWhatIf && !ShouldProcess(Name ?? Image, "Make a service"))
            return;
        spec = Pinned(spec, await PinAsync(swarm, Image, stop));
        var registry = RegistryCredentials.Of(RegistryCredential);
        if (IsWhatIf)
        {
            Show("Make a service", await swarm.PlanServiceAsync(spec, stop, registry));
            return;
        }
        var answer = await swarm.CreateServiceAsync(spec, stop, registry);
        Warn(answer.Warnings);
        var name = Name ?? (await swarm.GetServiceAsync(answer.Id, stop)).Spec.Name ?? answer.Id;
        await FinishAsync(swarm, answer.Id, name, isWanted: true, stop);
    }

    /// <summary>A job of which nothing else is said runs all of its tasks at a time, as the docker client has it.</summary>
    private ServiceMode NewMode() => Mode.ToLowerInvariant() switch
    {
        "global" => new() { Global = new() },
        "globaljob" => new() { GlobalJob = new() },
        "replicatedjob" => new() { ReplicatedJob = new(Replicas ?? 1, 1) },
        _ => new() { Replicated = new(1) },
    };

    /// <summary>The spec that was asked for.</summary>
    internal ServiceSpec ToSpec()
    {
        if (Mode.StartsWith("Global", StringComparison.OrdinalIgnoreCase) && Replicas is not null)
            throw new SwarmFailureException("ConflictingParameters", ErrorCategory.InvalidArgument, $"-Replicas cannot be combined with -Mode {Mode}: it runs one task on each node that fits.");
        if (MaxConcurrent is not null && !Mode.Equals("ReplicatedJob", StringComparison.OrdinalIgnoreCase))
            throw new SwarmFailureException("ConflictingParameters", ErrorCategory.InvalidArgument, $"-MaxConcurrent cannot be combined with -Mode {Mode}: it is for replicated jobs.");
        var spec = ApplyTo(new() { Name = Name, Mode = NewMode() });
        return spec with { TaskTemplate = spec.TaskTemplate with { ContainerSpec = spec.TaskTemplate.ContainerSpec! with { Image = Image } } };
    }
}
