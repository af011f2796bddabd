using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Leader;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Daemon.Security;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Composition;

/// <summary>What a manager is made of, before nodes reach it: identity, keys, log, store, and the way to other managers.</summary>
internal sealed class ManagerParts : ILeadership, IAsyncDisposable
{
    private readonly TimeProvider clock;

    private ManagerParts(
        NodeFile node, CertificateFiles files, NodeIdentity identity, PeerTrust trust, ManagerList managers, SwarmStore store, Dispatcher dispatcher, ManagerQuorum quorum, ManagerChannels channels, RootChangeLoop rootChange,
        TimeProvider clock)
    {
        (RootChange, this.clock, Files) = (rootChange, clock, files);
        (Node, Identity, Trust, Managers) = (node, identity, trust, managers);
        (Store, Dispatcher, Quorum, Channels) = (store, dispatcher, quorum, channels);
        Address = IPEndPoint.Parse(node.AdvertiseAddr).Address.ToString();
    }

    /// <summary>Who it is.</summary>
    public NodeFile Node { get; }

    /// <summary>The address other nodes reach it by.</summary>
    public string Address { get; }

    /// <summary>Its certificate.</summary>
    public NodeIdentity Identity { get; }

    /// <summary>The files of its certificate.</summary>
    public CertificateFiles Files { get; }

    /// <summary>Whom it trusts.</summary>
    public PeerTrust Trust { get; }

    /// <summary>The managers, as far as its agent needs them.</summary>
    public ManagerList Managers { get; }

    /// <summary>The store.</summary>
    public SwarmStore Store { get; }

    /// <summary>Tells nodes what to run, while it leads.</summary>
    public Dispatcher Dispatcher { get; }

    /// <summary>Its part in the quorum.</summary>
    public ManagerQuorum Quorum { get; }

    /// <summary>Its connections to other managers.</summary>
    public ManagerChannels Channels { get; }

    /// <summary>Ends changes of the root, while it leads.</summary>
    public RootChangeLoop RootChange { get; }

    /// <inheritdoc/>
    public bool IsLeader => Quorum.Link.IsLeader;

    /// <inheritdoc/>
    public Task<bool> LeadsAsync(CancellationToken stop) => Quorum.Link.LeadsAsync(stop);

    /// <inheritdoc/>
    public Task ConfirmAsync(CancellationToken stop) => Quorum.Link.ConfirmAsync(stop);

    /// <inheritdoc/>
    public string? LeaderAddress => Quorum.Link.LeaderAddress;

    /// <summary>Opens files and begins to take part. Throws <see cref="Model.SwarmException"/> where files are damaged or the address is taken.</summary>
    public static async Task<ManagerParts> OpenAsync(
        SwarmDirectory directory, NodeFile node, ManagerEntry entry, TimeProvider clock, ILoggerFactory logging, CancellationToken stop)
    {
        var keyring = Keyring.Open(directory.KeyringFile, entry.LockedBy ?? KeyEncryptionKey.FromFile(directory.KeyringKeyFile, create: false));
        var managers = ManagerList.Load(directory.ManagersFile);
        var files = new CertificateFiles(directory.Certificates, keyring);
        var identity = NodeIdentity.Load(files.Read());
        var trust = new PeerTrust(identity, clock);
        var channels = new ManagerChannels(trust);
        try
        {
            var store = new SwarmStore(clock, RequestIds());
            var dispatcher = new Dispatcher(store, new(), clock, logging.CreateLogger<Dispatcher>());
            var rootChange = new RootChangeLoop(store, node.NodeId, identity, clock, logging.CreateLogger<RootChangeLoop>());
            var quorum = await ManagerQuorum.StartAsync(
                new()
                {
                    NodeId = node.NodeId,
                    Directory = directory,
                    Store = store,
                    Keyring = keyring,
                    SealNodeKey = files.Seal,
                    Trust = trust,
                    Channels = channels,
                    ListenAddr = node.ListenAddr,
                    AdvertiseAddr = node.AdvertiseAddr,
                    Founding = entry.Found is not null && !entry.ForceNew,
                    ForceNewQuorum = entry.ForceNew,
                    JoinedAfter = node.JoinedAfter,
                    JoinedTo = node.JoinedTo ?? [],
                    IsNamed = managers.Names,
                    Forwarded = entry.Forwarded,
                    WhileLeading = term => LeadAsync(store, dispatcher, rootChange, clock, logging, term),
                    Logging = logging,
                    Clock = clock,
                },
                stop).ConfigureAwait(false);
            return new(node, files, identity, trust, managers, store, dispatcher, quorum, channels, rootChange, clock);
        }
        catch
        {
            channels.Dispose();
            identity.Dispose();
            throw;
        }
    }

    /// <summary>Asks the leader, wherever it is. Throws <see cref="Model.SwarmException"/>.</summary>
    /// <param name="ask">Asks a manager.</param>
    /// <param name="stop">Gives up.</param>
    /// <param name="clock">The time, where an election is to be waited for.</param>
    public Task<T> AskLeaderAsync<T>(Func<ManagerChannel, CancellationToken, Task<T>> ask, CancellationToken stop, TimeProvider? clock = null)
    {
        var known = TermsWatch.Managers(Store.Current).Select(manager => manager.Address).Concat(Managers.Candidates);
        return Channels.AskLeaderAsync(known.Prepend(LeaderAddress).OfType<string>().Where(address => address != Node.AdvertiseAddr), ask, stop, clock);
    }

    /// <summary>Has the leader call a node. Throws <see cref="Model.SwarmException"/>.</summary>
    public Task CallNodeAsync(NodeCall call, CancellationToken stop) => IsLeader
        ? Dispatcher.CallAsync(call.NodeId, call.Call, stop)
        : AskLeaderAsync((leader, cancel) => leader.AskAsync(NodeStreamCalls.Call, call, cancel), stop, clock);

    /// <summary>This manager's next certificate: its own to give while it leads.</summary>
    public Task<IssueAnswer> RenewAsync(CertificateService own, RenewRequest request, CancellationToken stop) => IsLeader
        ? own.RenewAsync(Node.NodeId, request, stop)
        : AskLeaderAsync((leader, cancel) => leader.AskAsync(CertificateCalls.Renew, request, cancel), stop);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Channels.Dispose();
        await Quorum.DisposeAsync().ConfigureAwait(false);
        Identity.Dispose();
    }

    /// <summary>The leader's loops; the first one to fail ends the term.</summary>
    private static async Task LeadAsync(
        SwarmStore store, Dispatcher dispatcher, RootChangeLoop rootChange, TimeProvider clock, ILoggerFactory logging, CancellationToken term)
    {
        await using var scope = new LoopScope(term);
        scope.Run("control", new ControlLoop(store, clock, SwarmFounding.NewId, logging.CreateLogger<ControlLoop>()).RunAsync);
        scope.Run("dispatch", dispatcher.RunAsync);
        scope.Run("tunnel keys", new TunnelKeyLoop(store, clock, logging.CreateLogger<TunnelKeyLoop>()).RunAsync);
        scope.Run("root change", rootChange.RunAsync);
        throw await scope.FirstFault.WaitAsync(term).ConfigureAwait(false);
    }

    /// <summary>Ids that no other process gives: random in the high half, counted in the low one.</summary>
    private static Func<RequestId> RequestIds()
    {
        var high = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        var low = 0ul;
        return () => new(high, Interlocked.Increment(ref low));
    }
}
