using System.Net;
using DotNext.IO;
using DotNext.Net.Cluster.Consensus.Raft.Membership;

namespace SwarmPS.Daemon.Consensus;

/// <summary>
/// The members as the library is told of them: those of the file, and this manager as long as it keeps its seat. The library would stop
/// taking part in elections when a configuration without this manager is applied; but until a majority of the others has that
/// configuration, it may be the only one who can be elected. It gives up its seat when a leader has confirmed that it is no member: its
/// part ends then.
/// </summary>
/// <param name="file">The members as they were agreed on.</param>
/// <param name="self">This manager.</param>
/// <param name="joinedAfter">
/// For a manager that has yet to be taken in: the entry of the members that the leader had before. Configurations up to that one may name
/// this address from an earlier time. Null for a member.
/// </param>
internal sealed class MemberView(MemberFile file, EndPoint self, long? joinedAfter) : IClusterConfigurationStorage<EndPoint>
{
    private Func<IClusterConfiguration<EndPoint>, CancellationToken, ValueTask>? changed;
    private bool keepsSeat = joinedAfter is null;
    private long saving;

    /// <inheritdoc/>
    public event Func<IClusterConfiguration<EndPoint>, CancellationToken, ValueTask>? ConfigurationChanged
    {
        add
        {
            if (changed is null)
                file.ConfigurationChanged += TellAsync;
            changed += value;
        }
        remove
        {
            changed -= value;
            if (changed is null)
                file.ConfigurationChanged -= TellAsync;
        }
    }

    /// <summary>Tells the library of this manager's own seat where the file does not name it: once it listens to changes.</summary>
    public async Task TakeSeatAsync(CancellationToken stop)
    {
        Volatile.Write(ref saving, await file.VersionAsync(stop).ConfigureAwait(false));
        var configuration = await ((IClusterConfigurationStorage<EndPoint>)file).LoadConfigurationAsync(stop).ConfigureAwait(false);
        if (Seen(configuration) is var seen && seen != configuration && changed is { } listeners)
            await listeners(seen, stop).ConfigureAwait(false);
    }

    ValueTask<IClusterConfiguration<EndPoint>> IClusterConfigurationStorage<EndPoint>.LoadConfigurationAsync(CancellationToken token) =>
        ((IClusterConfigurationStorage<EndPoint>)file).LoadConfigurationAsync(token);

    ValueTask<(IDataTransferObject Configuration, long Version)> IClusterConfigurationStorage.LoadConfigurationAsync(CancellationToken token) =>
        ((IClusterConfigurationStorage)file).LoadConfigurationAsync(token);

    ValueTask<bool> IClusterConfigurationStorage.SaveConfigurationAsync<TConfiguration>(TConfiguration configuration, long configurationVersion, CancellationToken token)
    {
        Volatile.Write(ref saving, configurationVersion);
        return ((IClusterConfigurationStorage)file).SaveConfigurationAsync(configuration, configurationVersion, token);
    }

    void IDisposable.Dispose()
    {
        // The file is its owner's.
    }

    private async ValueTask TellAsync(IClusterConfiguration<EndPoint> configuration, CancellationToken stop)
    {
        if (changed is { } listeners)
            await listeners(Seen(configuration), stop).ConfigureAwait(false);
    }

    private IClusterConfiguration<EndPoint> Seen(IClusterConfiguration<EndPoint> configuration)
    {
        keepsSeat |= Volatile.Read(ref saving) > joinedAfter && configuration.Members.Contains(self);
        return keepsSeat ? configuration.Add(self) : configuration.Remove(self);
    }
}
