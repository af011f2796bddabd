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

    /// <summary>
    /// Makes one address the only member, whatever the log says up to an entry: configurations carry their entry's number, and an
    /// older one never replaces a newer one. A new leader's first entry is no configuration, so that its number is free.
    /// </summary>
    public async Task ResetAsync(EndPoint only, long lastEntry, CancellationToken stop)
    {
        var configuration = await ((IClusterConfigurationStorage<EndPoint>)this).LoadConfigurationAsync(stop).ConfigureAwait(false);
        foreach (var member in configuration.Members)
            configuration = configuration.Remove(member);
        await ((IClusterConfigurationStorage)this).SaveConfigurationAsync(configuration.Add(only), lastEntry + 1, stop).ConfigureAwait(false);
    }

    protected override void Encode(EndPoint address, ref BufferWriterSlim<byte> output) => output.WriteEndPoint(address);

    protected override EndPoint Decode(ref SequenceReader reader) => reader.ReadEndPoint();
}
