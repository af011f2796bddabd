using System.Management.Automation;
using System.Text;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Completion;
using SwarmPS.Cmdlets.Connection;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Cmdlets.SwarmService;

namespace SwarmPS.Cmdlets.SwarmTask;

/// <summary>Runs a command in tasks, one or many at the same time, on whichever nodes they are.</summary>
/// <remarks>
/// <para>Any manager will do: it reaches the tasks through the agents of their nodes, and nothing but the managers listens. Each line
/// that the command writes is an object with its task, its node and its stream. A command that ends with another exit code than 0 is
/// an error, <c>CommandFailed</c>, whose target has the exit code; with <c>-Summary</c> there is one object for each task instead,
/// with exit code and lines.</para>
/// <para>Tasks from <c>Get-SwarmTask</c> and services from <c>Get-SwarmService</c> in the pipeline are where the command runs; anything
/// else there is its standard input: bytes as they are, anything else as text, a line each. It is gathered first, and every task
/// gets all of it.</para>
/// <para>A command whose time is over, or whose pipeline is stopped, loses its streams. Whether it ends by that is its own affair, as
/// with <c>docker exec</c>.</para>
/// </remarks>
/// <example>
/// <para>Shows the free space in all tasks of a service.</para>
/// <code>
/// Invoke-SwarmTask web df, -h, /data
/// </code>
/// </example>
/// <example>
/// <para>Feeds a file to a command in one task.</para>
/// <code>
/// 'select 1;', 'select 2;' | Invoke-SwarmTask -Id t1 -Command psql, -U, postgres
/// </code>
/// </example>
/// <example>
/// <para>Tells which tasks lack a file.</para>
/// <code>
/// Get-SwarmTask web | Invoke-SwarmTask -Command test, -f, /etc/app.conf -Summary | Where-Object ExitCode -NE 0 | ForEach-Object Task
/// </code>
/// </example>
/// <example>
/// <para>Runs as another user with a variable, and gives it ten seconds.</para>
/// <code>
/// Invoke-SwarmTask web ./migrate -User app -WorkingDirectory /app -Environment @{ MODE = 'dry' } -Timeout 10s
/// </code>
/// </example>
/// <error id="TargetMissing">Neither services nor tasks were named, nor did any come through the pipeline.</error>
/// <error id="CommandFailed">The command ended with another exit code than 0.</error>
/// <error id="CommandTimeout">The command did not end in its time.</error>
[Cmdlet(VerbsLifecycle.Invoke, "SwarmTask", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmTaskOutput), typeof(SwarmTaskResult))]
public sealed class InvokeSwarmTaskCommand : TaskCommandCmdlet
{
    private readonly List<PSObject> targets = [];
    private readonly MemoryStream input = new();
    private bool hasInput;

    /// <summary>In all running tasks of these services, by name, id, beginning of an id or pattern; <c>web.3</c> is one task.</summary>
    /// <value>those from the pipeline</value>
    [Parameter(Position = 0)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(ServiceNameCompleter))]
    public string[] Service { get; set; } = [];

    /// <summary>The command and its arguments.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string[] Command { get; set; } = [];

    /// <summary>In these tasks, by id, beginning of an id, or name as <c>web.3</c>.</summary>
    /// <value>those from the pipeline</value>
    [Parameter]
    [ArgumentCompleter(typeof(TaskIdCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>Tasks and services to run in; anything else is the command's standard input.</summary>
    /// <value>no input</value>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>How long the command may take in each task.</summary>
    /// <value>as long as it likes</value>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Tasks in which it runs at the same time.</summary>
    /// <value>32</value>
    [Parameter]
    [ValidateRange(1, 256)]
    public int ThrottleLimit { get; set; } = 32;

    /// <summary>One object for each task, with the exit code and all lines, once it has ended there.</summary>
    [Parameter]
    public SwitchParameter Summary { get; set; }

    /// <inheritdoc/>
    protected override Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        switch (InputObject?.BaseObject)
        {
            case null:
                return Task.CompletedTask;
            case SwarmTaskInfo or SwarmServiceInfo:
                targets.Add(InputObject);
                return Task.CompletedTask;
            case byte one:
                input.WriteByte(one);
                break;
            case byte[] many:
                input.Write(many);
                break;
            default:
                input.Write(Encoding.UTF8.GetBytes(LanguagePrimitives.ConvertTo<string>(InputObject) + "\n"));
                break;
        }
        hasInput = true;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async Task FinishAsync(CancellationToken stop)
    {
        var swarm = Connections.Client;
        var tasks = await TasksAsync(swarm, stop);
        using var places = new SemaphoreSlim(ThrottleLimit);
        var running = new List<Task>();
        foreach (var task in tasks.DistinctBy(task => task.Id).Where(task => ShouldProcess($"{task.Name} on {task.Node}", $"Run {string.Join(' ', Command)}")))
        {
            await places.WaitAsync(stop);
            running.Add(ForEachAsync([task], async one =>
            {
                try
                {
                    await RunAsync(swarm, one, stop);
                }
                finally
                {
                    places.Release();
                }
            }));
        }
        await Task.WhenAll(running);
    }

    private async Task<List<SwarmTaskInfo>> TasksAsync(SwarmClient swarm, CancellationToken stop)
    {
        var tasks = targets.Select(target => target.BaseObject).OfType<SwarmTaskInfo>().ToList();
        var services = Service.Concat(targets.Select(target => target.BaseObject).OfType<SwarmServiceInfo>().Select(service => service.Id)).ToList();
        if (tasks.Count + services.Count + Id.Length == 0)
            throw new SwarmFailureException("TargetMissing", ErrorCategory.InvalidArgument, "Nothing says where the command is to run: name services, tasks with -Id, or pipe them in.");
        if (services.Count + Id.Length == 0)
            return tasks;
        var places = await TaskPlaces.ReadAsync(swarm, stop);
        await ForEachAsync(services, async service => tasks.AddRange(await RunningAsync(swarm, places, service, stop)));
        await ForEachAsync(Id, async id => tasks.Add(await FindAsync(swarm, places, id, stop)));
        return tasks;
    }

    private async Task RunAsync(SwarmClient swarm, SwarmTaskInfo task, CancellationToken stop)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (Timeout is { } timeout)
            late.CancelAfter(timeout);
        try
        {
            await using var process = await swarm.StartProcessAsync(task.Id, RequestFor(Command) with { AttachStdin = hasInput }, late.Token);
            var feeding = hasInput ? FeedAsync(process, late.Token) : Task.CompletedTask;
            var lines = new List<SwarmTaskOutput>();
            await foreach (var line in LinesAsync(process, task, late.Token))
            {
                if (Summary)
                    lines.Add(line);
                else
                    WriteObject(line);
            }
            await late.CancelAsync();
            await feeding.ContinueWith(static _ => { }, TaskScheduler.Default);
            Tell(new(task, process.ExitCode, lines));
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new SwarmFailureException(
                "CommandTimeout", ErrorCategory.OperationTimeout, $"The command did not end within {Timeout} in task {task.Name} on {task.Node}. It may go on in the container; give it more time with -Timeout.");
        }
    }

    private void Tell(SwarmTaskResult result)
    {
        if (Summary)
            WriteObject(result);
        else if (result.ExitCode is not 0)
            WriteError(new(new SwarmFailureException(
                "CommandFailed", ErrorCategory.InvalidResult, $"The command ended with exit code {result.ExitCode} in task {result.Task} on {result.Node}."), "CommandFailed", ErrorCategory.InvalidResult, result));
    }

    private async Task FeedAsync(SwarmProcess process, CancellationToken stop)
    {
        await process.WriteAsync(input.GetBuffer().AsMemory(0, (int)input.Length), stop);
        await process.EndInputAsync(stop);
    }

    private static async IAsyncEnumerable<SwarmTaskOutput> LinesAsync(SwarmProcess process, SwarmTaskInfo task, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        var streams = new[] { (IsError: false, Lines: new OutputLines()), (IsError: true, Lines: new OutputLines()) };
        await foreach (var frame in process.ReadAsync(stop))
        {
            var (isError, cutter) = streams[frame.Kind is ExecFrameKind.Error ? 1 : 0];
            foreach (var line in cutter.Take(frame.Data))
                yield return new(task, line, isError);
        }
        foreach (var (isError, cutter) in streams)
        {
            if (cutter.Rest() is { } rest)
                yield return new(task, rest, isError);
        }
    }
}
