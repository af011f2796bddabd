using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using SwarmPS.Api;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Api.Proxy;
using SwarmPS.Daemon.Api.Queries;
using SwarmPS.Model;
using SwarmPS.Model.Validation;

namespace SwarmPS.Daemon.Api;

/// <summary>
/// <c>/swarmps/tasks/ID/exec</c>: runs a command in a task, on whichever node that is. The connection is taken over, and from then on
/// <see cref="ExecFrame"/>s go both ways.
/// </summary>
internal sealed class ExecEndpoints(ApiServerOptions options, SwarmChanges changes)
{
    private static readonly byte[] Head = Encoding.ASCII.GetBytes("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/vnd.swarmps.exec-stream\r\n\r\n");

    /// <summary>The routes.</summary>
    public IEnumerable<Route> Routes() => [new("POST", "/swarmps/tasks/{id}/exec", RunAsync)];

    private async Task RunAsync(ApiCall call)
    {
        var state = changes.State;
        var task = Lookup.Task(state, call.Id);
        var request = await call.BodyAsync<TaskExecRequest>().ConfigureAwait(false);
        if (request.Check() is { } problem)
            throw SwarmException.Invalid($"The command cannot be run: {problem}.");
        if (request.Privileged && !Admission.Of(state.Swarm?.Spec).Contains(Admission.Privileged))
            throw new SwarmException(
                SwarmErrorCode.PermissionDenied,
                $"This swarm admits no privileged commands; its administrator can: Set-Swarm -Admit {Admission.Privileged} (the swarm's label {Admission.Label}).");
        if (task.Status.State is not (TaskState.Starting or TaskState.Running))
            throw new SwarmException(SwarmErrorCode.FailedPrecondition, $"Task {task.Id} does not run: it is {task.Status.State.ToString().ToLowerInvariant()}{(task.Status.Err is { Length: > 0 } why ? $" ({why})" : "")}.");
        if (!EngineTunnel.IsWanted(call.Context.Request) || call.Context.Features.Get<HijackablePipe>() is not { } connection)
            throw SwarmException.Invalid("The command's streams need the connection: ask with the headers Connection: Upgrade and Upgrade: tcp.");
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(call.Stop, connection.Gone);
        var process = await options.Processes.StartAsync(task.Id, request, gone.Token).ConfigureAwait(false);
        await using var streams = process.ConfigureAwait(false);
        await JoinAsync(connection.Take(), process, gone).ConfigureAwait(false);
    }

    private static async Task JoinAsync(IDuplexPipe client, ITaskProcess process, CancellationTokenSource gone)
    {
        var feeding = Task.CompletedTask;
        try
        {
            await client.Output.WriteAsync(Head, gone.Token).ConfigureAwait(false);
            feeding = FeedAsync(client.Input, process, gone);
            await SendAsync(process, client.Output, gone.Token).ConfigureAwait(false);
        }
        catch (Exception end) when (end is OperationCanceledException or IOException)
        {
            // The client has gone, or the daemon stops: the client sees the end of the stream.
        }
        finally
        {
            await gone.CancelAsync().ConfigureAwait(false);
            await feeding.ConfigureAwait(false);
        }
    }

    private static async Task SendAsync(ITaskProcess process, PipeWriter client, CancellationToken stop)
    {
        ExecFrame last;
        try
        {
            await foreach (var output in process.ReadAsync(stop).ConfigureAwait(false))
            {
                new ExecFrame(output.Stderr ? ExecFrameKind.Error : ExecFrameKind.Output, output.Data).WriteTo(client);
                await client.FlushAsync(stop).ConfigureAwait(false);
            }
            last = ExecFrame.Exit(await process.ExitCodeAsync(stop).ConfigureAwait(false));
        }
        catch (SwarmException lost)
        {
            last = ExecFrame.Failure(lost.Message);
        }
        last.WriteTo(client);
        await client.FlushAsync(stop).ConfigureAwait(false);
    }

    /// <summary>What the client sends, to the command. A client that breaks the rules, or sends no more, has gone.</summary>
    private static async Task FeedAsync(PipeReader client, ITaskProcess process, CancellationTokenSource gone)
    {
        try
        {
            while (true)
            {
                var read = await client.ReadAsync(gone.Token).ConfigureAwait(false);
                var rest = read.Buffer;
                while (ExecFrame.Take(ref rest) is { } frame)
                    await TakeAsync(process, frame, gone.Token).ConfigureAwait(false);
                client.AdvanceTo(rest.Start, rest.End);
                if (read.IsCompleted)
                    break;
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or InvalidDataException or SwarmException)
        {
            // Whatever it was, the other direction ends by it and says what it knows.
        }
        await gone.CancelAsync().ConfigureAwait(false);
    }

    private static Task TakeAsync(ITaskProcess process, ExecFrame frame, CancellationToken stop) => frame.Kind switch
    {
        ExecFrameKind.Input when frame.Data.IsEmpty => process.EndInputAsync(stop),
        ExecFrameKind.Input => process.WriteAsync(frame.Data, stop),
        ExecFrameKind.Resize => process.ResizeAsync(frame.ToSize(), stop),
        var other => throw new InvalidDataException($"A client sends no frame of kind {other}."),
    };
}
