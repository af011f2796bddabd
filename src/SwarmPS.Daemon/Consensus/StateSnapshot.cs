using DotNext.IO;
using DotNext.IO.Log;
using DotNext.Net.Cluster.Consensus.Raft;
using DotNext.Net.Cluster.Consensus.Raft.StateMachine;
using SwarmPS.Daemon.Persistence;

namespace SwarmPS.Daemon.Consensus;

/// <summary>The checkpoint as the log knows it: what comes before its index is needed no more, and followers that are behind get it.</summary>
internal sealed class StateSnapshot(Checkpoint checkpoint, long index, long term) : ISnapshot
{
    private const int BufferBytes = 64 << 10;

    private long length = -1;

    public long Index => index;

    public long Term => term;

    bool ILogEntry.IsSnapshot => true;

    bool IDataTransferObject.IsReusable => true;

    /// <summary>Counted when it is first asked for. Fails, as writing does, where a newer checkpoint has come; the library then asks for that one.</summary>
    long? IDataTransferObject.Length => length < 0 ? length = checkpoint.Export(index, to: null) : length;

    int? IRaftLogEntry.CommandId => null;

    async ValueTask IDataTransferObject.WriteToAsync<TWriter>(TWriter writer, CancellationToken token)
    {
        // Through a file of no name: the rows are read in one go, whatever the pace of the follower.
        await using var copy = Temporary();
        checkpoint.Export(index, copy);
        copy.Position = 0;
        await writer.CopyFromAsync(copy, null, token).ConfigureAwait(false);
    }

    /// <summary>A file that goes away when it is closed.</summary>
    internal static FileStream Temporary() => new(
        Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
        new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            BufferSize = BufferBytes,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        });
}
