using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace SwarmPS.Daemon.Api.Http;

/// <summary>
/// A connection that a request can take over whole: attach and exec talk raw over it, in both directions, and one direction may
/// end before the other. The HTTP server cannot do that: it takes the end of what the client sends for the end of everything.
/// So it gets this pipe, which hands everything through until the connection is taken over, and from then on is a dead end.
/// </summary>
internal sealed class HijackablePipe : IDuplexPipe, IDisposable
{
    private readonly IDuplexPipe raw;
    private readonly CancellationTokenSource closed = new();
    private readonly CancellationTokenRegistration whenClosed;
    private volatile bool taken;

    private HijackablePipe(ConnectionContext connection)
    {
        (raw, Gone) = (connection.Transport, connection.ConnectionClosed);
        Input = new Reader(this, raw.Input);
        Output = new Writer(this, raw.Output);
        whenClosed = connection.ConnectionClosed.Register(OnClosed);
    }

    /// <inheritdoc/>
    public PipeReader Input { get; }

    /// <inheritdoc/>
    public PipeWriter Output { get; }

    /// <summary>Cancelled when the client sends no more, also after the connection was taken over.</summary>
    public CancellationToken Gone { get; }

    /// <summary>Lets the requests of a connection take it over.</summary>
    public static async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        using var pipe = new HijackablePipe(connection);
        connection.Transport = pipe;
        connection.ConnectionClosed = pipe.closed.Token;
        connection.Features.Set(pipe);
        await next(connection).ConfigureAwait(false);
    }

    /// <summary>Takes the connection over. The request's body has been read, and nothing has been answered.</summary>
    public IDuplexPipe Take()
    {
        taken = true;
        return raw;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        whenClosed.Dispose();
        closed.Dispose();
    }

    private void OnClosed()
    {
        if (!taken)
            closed.Cancel();
    }

    private sealed class Reader(HijackablePipe owner, PipeReader raw) : PipeReader
    {
        public override void AdvanceTo(SequencePosition consumed)
        {
            if (!owner.taken)
                raw.AdvanceTo(consumed);
        }

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            if (!owner.taken)
                raw.AdvanceTo(consumed, examined);
        }

        public override void CancelPendingRead() => raw.CancelPendingRead();

        public override void Complete(Exception? exception = null)
        {
            if (!owner.taken)
                raw.Complete(exception);
        }

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
            owner.taken ? new(new ReadResult(default, isCanceled: false, isCompleted: true)) : raw.ReadAsync(cancellationToken);

        public override bool TryRead(out ReadResult result)
        {
            if (!owner.taken)
                return raw.TryRead(out result);
            result = new(default, isCanceled: false, isCompleted: true);
            return true;
        }
    }

    private sealed class Writer(HijackablePipe owner, PipeWriter raw) : PipeWriter
    {
        private byte[] dump = [];

        public override bool CanGetUnflushedBytes => raw.CanGetUnflushedBytes;

        public override long UnflushedBytes => owner.taken ? 0 : raw.UnflushedBytes;

        public override void Advance(int bytes)
        {
            if (!owner.taken)
                raw.Advance(bytes);
        }

        public override void CancelPendingFlush() => raw.CancelPendingFlush();

        public override void Complete(Exception? exception = null)
        {
            if (!owner.taken)
                raw.Complete(exception);
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            // Not "completed": that would have the server cut the connection before all of it is sent.
            owner.taken ? new(new FlushResult(isCanceled: false, isCompleted: false)) : raw.FlushAsync(cancellationToken);

        public override Memory<byte> GetMemory(int sizeHint = 0) => owner.taken ? Dump(sizeHint) : raw.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => owner.taken ? Dump(sizeHint) : raw.GetSpan(sizeHint);

        private byte[] Dump(int sizeHint)
        {
            if (dump.Length < Math.Max(sizeHint, 4096))
                dump = new byte[Math.Max(sizeHint, 4096)];
            return dump;
        }
    }
}
