using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace SwarmPS.Daemon.Api.Logs;

/// <summary>
/// Writes lines as the Engine API has them: each in a frame that names its stream, unless the tasks have a terminal; before the
/// text its time and its attributes, where they are wanted.
/// </summary>
internal sealed class LogWriter
{
    private const int HeadBytes = 8;

    private readonly HttpResponse response;
    private readonly LogRequest request;
    private readonly bool isFramed;

    /// <summary>Begins the response.</summary>
    public LogWriter(HttpResponse response, LogRequest request, bool isTerminal)
    {
        (this.response, this.request, isFramed) = (response, request, !isTerminal);
        response.ContentType = isTerminal || request.HasOldTypes ? "application/vnd.docker.raw-stream" : "application/vnd.docker.multiplexed-stream";
    }

    private PipeWriter Output => response.BodyWriter;

    /// <summary>Writes a line; it is sent by <see cref="SendAsync"/>, which must have been called once before, for the head.</summary>
    public void Write(LogLine line)
    {
        var before = Encoding.ASCII.GetBytes((request.Timestamps ? line.Time + " " : "") + (request.Details ? Attributes(line) + " " : ""));
        if (isFramed)
        {
            var head = Output.GetSpan(HeadBytes)[..HeadBytes];
            head.Clear();
            head[0] = line.Stderr ? (byte)2 : (byte)1;
            BinaryPrimitives.WriteUInt32BigEndian(head[4..], (uint)(before.Length + line.Text.Length));
            Output.Advance(HeadBytes);
        }
        Output.Write(before);
        Output.Write(line.Text.Span);
    }

    /// <summary>Sends what was written, the head at least.</summary>
    public async ValueTask SendAsync(CancellationToken stop) => await Output.FlushAsync(stop).ConfigureAwait(false);

    // The docker client finds a line's task and node by these three, sorted.
    private static string Attributes(LogLine line) =>
        $"com.docker.swarm.node.id={line.Task.NodeId},com.docker.swarm.service.id={line.Task.ServiceId},com.docker.swarm.task.id={line.Task.Id}";
}
