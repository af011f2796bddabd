using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace SwarmPS.Api;

/// <summary>
/// A command that runs in a task, seen by its client. Reading, and writing or resizing, may go on at the same time. Disposing breaks
/// its streams off; whether it ends by that is its own affair.
/// </summary>
public sealed class SwarmProcess : IAsyncDisposable
{
    private readonly HttpResponseMessage answer;
    private readonly Stream stream;
    private readonly SemaphoreSlim writing = new(1, 1);

    private SwarmProcess(HttpResponseMessage answer, Stream stream) => (this.answer, this.stream) = (answer, stream);

    /// <summary>Whether its output has ended and it has told how.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Its exit code, once its output has ended; null where it was left running.</summary>
    public int? ExitCode { get; private set; }

    internal static async Task<SwarmProcess> OpenAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        try
        {
            return answer.StatusCode == HttpStatusCode.SwitchingProtocols
                ? new(answer, await answer.Content.ReadAsStreamAsync(stop).ConfigureAwait(false))
                : throw new SwarmApiException(answer.StatusCode, $"the daemon answered {(int)answer.StatusCode} and gave no streams for the command");
        }
        catch
        {
            // Also where the caller gives up just now: the command's streams are closed with the answer.
            answer.Dispose();
            throw;
        }
    }

    /// <summary>Its output, in pieces as they come, until it ends. Throws <see cref="SwarmApiException"/> where that is not heard of.</summary>
    public async IAsyncEnumerable<ExecFrame> ReadAsync([EnumeratorCancellation] CancellationToken stop)
    {
        while (await NextAsync(stop).ConfigureAwait(false) is { Kind: not ExecFrameKind.Exit } frame)
            yield return frame;
    }

    /// <summary>Writes to its standard input; waits while the command does not read.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> input, CancellationToken stop)
    {
        for (; input.Length > ExecFrame.DataBytesMax; input = input[ExecFrame.DataBytesMax..])
            await SendAsync(new(ExecFrameKind.Input, input[..ExecFrame.DataBytesMax]), stop).ConfigureAwait(false);
        if (!input.IsEmpty)
            await SendAsync(new(ExecFrameKind.Input, input), stop).ConfigureAwait(false);
    }

    /// <summary>Ends its standard input.</summary>
    public Task EndInputAsync(CancellationToken stop) => SendAsync(ExecFrame.InputEnd, stop);

    /// <summary>Changes its terminal's size.</summary>
    public Task ResizeAsync(TerminalSize size, CancellationToken stop) => SendAsync(ExecFrame.Resize(size), stop);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync().ConfigureAwait(false);
        answer.Dispose();
    }

    private async Task<ExecFrame> NextAsync(CancellationToken stop)
    {
        ExecFrame? frame = null;
        IOException? cause = null;
        try
        {
            frame = await ExecFrame.ReadAsync(stream, stop).ConfigureAwait(false);
        }
        catch (IOException broken)
        {
            cause = broken;
        }
        switch (frame)
        {
            case null:
                throw new SwarmApiException(HttpStatusCode.ServiceUnavailable, $"The connection with the daemon broke off while the command ran{(cause is null ? "" : $" ({cause.Message.TrimEnd('.')})")}; how it ended is not known.");
            case { Kind: ExecFrameKind.Failure }:
                throw new SwarmApiException(HttpStatusCode.ServiceUnavailable, Encoding.UTF8.GetString(frame.Data.Span));
            case { Kind: ExecFrameKind.Exit }:
                (HasEnded, ExitCode) = (true, frame.ToExitCode());
                break;
        }
        return frame;
    }

    private async Task SendAsync(ExecFrame frame, CancellationToken stop)
    {
        var bytes = new ArrayBufferWriter<byte>(ExecFrame.HeadBytes + frame.Data.Length);
        frame.WriteTo(bytes);
        await writing.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            await stream.WriteAsync(bytes.WrittenMemory, stop).ConfigureAwait(false);
            await stream.FlushAsync(stop).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The command has ended, or the way to it is lost: reading tells.
        }
        finally
        {
            writing.Release();
        }
    }
}
