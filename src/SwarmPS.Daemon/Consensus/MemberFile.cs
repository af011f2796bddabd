using System.Net;
using DotNext.Buffers;
using DotNext.Net;
using DotNext.Net.Cluster.Consensus.Raft.Membership;

namespace SwarmPS.Daemon.Consensus;

/// <summary>The managers' addresses, in a file beside the log.</summary>
internal sealed class MemberFile(string path) : PersistentClusterConfigurationStorage<EndPoint>(path)
{
    /// <summary>The file's name in the log's directory.</summary>
    public const string Name = "members";

    protected override void Encode(EndPoint address, ref BufferWriterSlim<byte> output) => output.WriteEndPoint(address);

    protected override EndPoint Decode(ref SequenceReader reader) => reader.ReadEndPoint();
}
