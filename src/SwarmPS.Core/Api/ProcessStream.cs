using System.Diagnostics;

namespace SwarmPS.Api;

/// <summary>A process's input and output as one stream. Reading fails with what the process said where it ends without a word.</summary>
internal sealed class ProcessStream : Stream
{
    private const int ComplaintMax = 4096;

    private readonly Process process;
    private readonly Stream input;
    private readonly Stream output;
    private readonly Task<string> complaint;
    private bool answered;

    public ProcessStream(Process process)
    {
        this.process = process;
        (input, output) = (process.StandardInput.BaseStream, process.StandardOutput.BaseStream);
        complaint = ComplaintAsync(process.StandardError);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await output.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (read == 0 && buffer.Length > 0 && !answered)
            throw await EndedAsync(null).ConfigureAwait(false);
        answered |= read > 0;
        return read;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await input.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            await input.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException broken) when (!answered)
        {
            throw await EndedAsync(broken).ConfigureAwait(false);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => output.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count) => input.Write(buffer, offset, count);

    public override void Flush() => input.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => input.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // Without its input the process has nothing more to do, wherever it is.
            if (!process.HasExited)
                process.Kill();
            process.Dispose();
        }
        base.Dispose(disposing);
    }

    private async Task<IOException> EndedAsync(Exception? cause) =>
        new($"{process.StartInfo.FileName} ended without an answer: {await complaint.ConfigureAwait(false)}", cause);

    /// <summary>All that is said is read, so that the process never waits for it; the beginning of it is kept.</summary>
    private static async Task<string> ComplaintAsync(StreamReader errors)
    {
        var (text, buffer) = (new System.Text.StringBuilder(), new char[1024]);
        int read;
        while ((read = await errors.ReadAsync(buffer).ConfigureAwait(false)) > 0)
            text.Append(buffer, 0, Math.Min(read, Math.Max(0, ComplaintMax - text.Length)));
        return text.Length == 0 ? "it gave no reason." : text.ToString().Trim();
    }
}
