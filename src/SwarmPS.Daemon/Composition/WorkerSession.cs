using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using SwarmPS.Api;
using SwarmPS.Daemon.Agent;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Composition;

/// <summary>A worker's part in a swarm: its agent, and the way to the managers.</summary>
internal sealed class WorkerSession : ISwarmSession
{
    private readonly NodeIdentity identity;
    private readonly ManagerChannels channels;
    private readonly RemoteDispatcher dispatcher;
    private readonly NodeAgent agent;
    private readonly LoopScope scope = new(CancellationToken.None);
    private readonly RoleWatch role = new(NodeRole.Worker);
    private readonly TaskCompletionSource<Exception?> fault = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int disposed;

    private WorkerSession(
        DaemonOptions options, SwarmDirectory directory, NodeFile node, NodeIdentity identity, ManagerList managers, TimeProvider clock, ILoggerFactory logging)
    {
        this.identity = identity;
        channels = new(new(identity, clock));
        var address = IPEndPoint.Parse(node.AdvertiseAddr).Address.ToString();
        dispatcher = new(channels, managers, address, clock, logging.CreateLogger<RemoteDispatcher>())
        {
            RoleWanted = wanted =>
            {
                if (wanted != identity.Subject.Role)
                    Renewal!.Hurry();
            },
            RootsWanted = roots =>
            {
                if (roots != identity.RootPem)
                    Renewal!.Hurry();
            },
            TrustInfo = () => identity.TrustInfo,
            Refused = refusal => fault.TrySetResult(refusal),
        };
        agent = new(options, directory, node, dispatcher, channels, clock, logging);
        Member = new(node.NodeId, address, new SwarmStore(clock, static () => default))
        {
            KnownManagers = () => managers.Known.Select(manager => new RemoteManager(manager.NodeId, manager.Address)),
        };
        Renewal = new(identity, new(directory.Certificates, keyring: null), (request, stop) => RenewAsync(managers, request, stop), NextDouble, clock, logging.CreateLogger<CertificateRenewal>())
        {
            Renewed = Reconnect,
        };
    }

    /// <inheritdoc/>
    public SwarmMember Member { get; }

    /// <inheritdoc/>
    public bool IsManager => false;

    /// <inheritdoc/>
    public ITaskLogs Logs => agent.Logs;

    /// <inheritdoc/>
    public ITaskProcesses Processes => agent.Processes;

    /// <inheritdoc/>
    public INetworkChecks Checks => agent.Checks;

    /// <inheritdoc/>
    public Task<Exception?> Fault => fault.Task;

    /// <inheritdoc/>
    public Task RoleChanged => role.Differs;

    /// <summary>Renews the certificate.</summary>
    public CertificateRenewal Renewal { get; }

    /// <summary>Starts everything. Throws <see cref="SwarmException"/> where files are damaged.</summary>
    public static WorkerSession Start(DaemonOptions options, SwarmDirectory directory, NodeFile node, TimeProvider clock, ILoggerFactory logging)
    {
        var identity = NodeIdentity.Load(NodeCertificate.Read(directory.Certificates));
        try
        {
            var session = new WorkerSession(options, directory, node, identity, ManagerList.Load(directory.ManagersFile), clock, logging);
            session.Run();
            return session;
        }
        catch
        {
            identity.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task UntilMemberAsync(TimeSpan patience, TimeProvider clock, CancellationToken stop) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task UntilReadyAsync(TimeSpan patience, CancellationToken stop)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop, scope.Stop);
        late.CancelAfter(patience);
        await dispatcher.UntilOpenAsync(late.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.ThrowIfCancellationRequested();
    }

    /// <inheritdoc/>
    public Task<string?> SayGoodbyeAsync(CancellationToken stop) => Task.FromResult<string?>(null);

    /// <inheritdoc/>
    public async Task<bool> RemoveTasksAsync(CancellationToken stop)
    {
        await scope.DisposeAsync().ConfigureAwait(false);
        return await agent.RemoveAllAsync(stop).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        fault.TrySetResult(null);
        await scope.DisposeAsync().ConfigureAwait(false);
        channels.Dispose();
        agent.Dispose();
        identity.Dispose();
    }

    /// <summary>A number from 0 to 1 that no one can foresee, for certificates' times.</summary>
    internal static double NextDouble() => RandomNumberGenerator.GetInt32(1 << 20) / (double)(1 << 20);

    private Task<IssueAnswer> RenewAsync(ManagerList managers, RenewRequest request, CancellationToken stop) =>
        channels.AskLeaderAsync(managers.Candidates, (manager, cancel) => manager.AskAsync(CertificateCalls.Renew, request, cancel), stop);

    private void Reconnect()
    {
        channels.Recycle();
        dispatcher.Reconnect();
        role.Set(identity.Subject.Role);
    }

    private void Run()
    {
        role.Set(identity.Subject.Role);
        scope.Run("agent", agent.RunAsync);
        scope.Run("certificate renewal", Renewal.RunAsync);
        _ = WatchAsync();
    }

    private async Task WatchAsync() => fault.TrySetResult(await scope.FirstFault.ConfigureAwait(false));
}
