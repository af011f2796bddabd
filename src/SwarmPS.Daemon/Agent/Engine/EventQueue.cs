using System.Globalization;
using System.Threading.Channels;
using Docker.DotNet.Models;

namespace SwarmPS.Daemon.Agent.Engine;

/// <summary>Events of the engine on their way to the agent, as our own few kinds; others are left out.</summary>
internal sealed class EventQueue : IProgress<Message>
{
    /// <summary>Events that may wait. They are small, and the reader does nothing but hand them on.</summary>
    private const int Max = 65_536;

    private readonly Channel<EngineEvent> queue = Channel.CreateBounded<EngineEvent>(
        new BoundedChannelOptions(Max) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Lets <paramref name="source"/> report to this queue and ends the queue with it, by its fault where it has one.</summary>
    public async Task FillAsync(Func<IProgress<Message>, Task> source)
    {
        try
        {
            await source(this).ConfigureAwait(false);
            queue.Writer.TryComplete();
        }
        catch (Exception fault)
        {
            queue.Writer.TryComplete(fault);
        }
    }

    /// <summary>The events in order.</summary>
    public IAsyncEnumerable<EngineEvent> ReadAsync(CancellationToken stop) => queue.Reader.ReadAllAsync(stop);

    /// <inheritdoc/>
    public void Report(Message value)
    {
        if (Translate(value) is { } happened && !queue.Writer.TryWrite(happened))
            queue.Writer.TryComplete(new InvalidOperationException($"More than {Max} events of the engine wait to be handled."));
    }

    private static EngineEvent? Translate(Message message)
    {
        if (message.Actor is not { ID: { } id, Attributes: { } attributes } || !attributes.TryGetValue(AgentLabels.TaskId, out var task))
            return null;
        EngineEventKind? kind = message.Action switch
        {
            "die" => EngineEventKind.Died,
            "destroy" => EngineEventKind.Destroyed,
            "health_status: healthy" => EngineEventKind.Healthy,
            "health_status: unhealthy" => EngineEventKind.Unhealthy,
            _ => null,
        };
        var code = attributes.TryGetValue("exitCode", out var text) && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;
        return kind is { } known ? new(id, task, known, code) : null;
    }
}
