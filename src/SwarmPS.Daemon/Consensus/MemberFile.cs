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

    /// <summary>Members as a leader has told them, and the entry that they are of; where there is a file already, it is kept.</summary>
    public async Task BeginAsync(IEnumerable<EndPoint> members, long version, CancellationToken stop)
    {
        var configuration = await ((IClusterConfigurationStorage<EndPoint>)this).LoadConfigurationAsync(stop).ConfigureAwait(false);
        if (configuration.Members.Count > 0)
            return;
        foreach (var member in members)
            configuration = configuration.Add(member);
        await ((IClusterConfigurationStorage)this).SaveConfigurationAsync(configuration, version, stop).ConfigureAwait(false);
    }

    /// <summary>Whether one member is the only one.</summary>
    public async Task<bool> IsOnlyAsync(EndPoint member, CancellationToken stop) =>
        (await ((IClusterConfigurationStorage<EndPoint>)this).LoadConfigurationAsync(stop).ConfigureAwait(false)).Members is { Count: 1 } members && members.Contains(member);

    /// <summary>The entry that the present members are of.</summary>
    public async Task<long> VersionAsync(CancellationToken stop) => (await ((IClusterConfigurationStorage)this).LoadConfigurationAsync(stop).ConfigureAwait(false)).Version;

    protected override void Encode(EndPoint address, ref BufferWriterSlim<byte> output) => output.WriteEndPoint(address);

    protected override EndPoint Decode(ref SequenceReader reader) => reader.ReadEndPoint();
}
