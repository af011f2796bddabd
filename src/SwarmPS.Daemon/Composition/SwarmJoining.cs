using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using SwarmPS.Api;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Forwarding;
using SwarmPS.Daemon.Leader;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Composition;

/// <summary>How a node comes into a swarm that is there: certificate first, then, for a manager, the keys; then its session.</summary>
internal sealed class SwarmJoining(DaemonOptions options, SwarmDirectory directory, ForwardedCalls forwarded, TimeProvider clock, ILoggerFactory logging)
{
    /// <summary>How long the swarm may take to let a node in.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Joins; a manager's session has yet to be taken into the quorum. Throws <see cref="SwarmException"/>; what was written until then is for the
    /// caller to take away.
    /// </summary>
    public async Task<ISwarmSession> JoinAsync(SwarmJoinRequest request, CancellationToken stop)
    {
        var plan = JoinPlan.Of(request);
        using var late = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            return await EnterAsync(plan, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new SwarmException(
                SwarmErrorCode.Unavailable,
                $"The swarm did not let this node in within {Patience.TotalSeconds} s ({string.Join(", ", plan.Remotes)}). See to it that the managers have a leader and are reachable, then try again.");
        }
    }

    private async Task<ISwarmSession> EnterAsync(JoinPlan plan, CancellationToken stop)
    {
        directory.RemoveSwarm();
        directory.Create();
        var (answer, files) = await NewcomerTrust.JoinAsync(plan.Remotes, plan.Token, plan.Availability, clock, stop).ConfigureAwait(false);
        CheckClock(files);
        var managers = ManagerList.Load(directory.ManagersFile);
        managers.Learn(answer.Managers);
        var node = new NodeFile
        {
            NodeId = answer.NodeId,
            SwarmId = answer.SwarmId,
            ListenAddr = plan.Listen.ToString(),
            AdvertiseAddr = plan.Advertise.ToString(),
            DataPathAddr = plan.DataPath,
        };
        if (answer.Role is NodeRole.Worker)
        {
            node = node with { InQuorum = false };
            new CertificateFiles(directory.Certificates, keyring: null).Save(files);
            node.Save(directory.NodeFile);
            return WorkerSession.Start(options, directory, node, clock, logging);
        }
        (node, var keyring, var lockedBy) = await FetchKeysAsync(node, managers, plan.Remotes, files, stop).ConfigureAwait(false);
        new CertificateFiles(directory.Certificates, keyring).Save(files);
        // Before the quorum is asked: from then on the log counts, also after a restart.
        node.Save(directory.NodeFile);
        return await ManagerSession.StartAsync(options, directory, node, new(forwarded, LockedBy: lockedBy), clock, logging, stop).ConfigureAwait(false);
    }

    /// <summary>
    /// Makes a manager of a worker that has a manager's certificate already. The worker goes on until the manager listens, and is ended by
    /// <paramref name="worked"/>; the manager has itself taken into the quorum then. Throws <see cref="SwarmException"/>; it may be tried again.
    /// </summary>
    public async Task<ISwarmSession> PromoteAsync(NodeFile node, Func<Task> worked)
    {
        using var late = new CancellationTokenSource(Patience, clock);
        try
        {
            // Where it counts as a member all the same, it has no log to be one with.
            await TakeOutAsync(node, NodeCertificate.Read(directory.Certificates), late.Token).ConfigureAwait(false);
            directory.RemoveManager();
            var (manager, _, lockedBy) = await FetchKeysAsync(node, ManagerList.Load(directory.ManagersFile), [], NodeCertificate.Read(directory.Certificates), late.Token).ConfigureAwait(false);
            return await ManagerSession.StartAsync(
                options,
                directory,
                manager,
                new(forwarded, LockedBy: lockedBy, BeforeAgent: async () =>
                {
                    // Before the quorum is asked: from then on the log counts, also after a restart.
                    manager.Save(directory.NodeFile);
                    await worked().ConfigureAwait(false);
                }),
                clock,
                logging,
                late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw new SwarmException(SwarmErrorCode.Unavailable, $"The managers did not take this node in within {Patience.TotalSeconds} s.");
        }
    }

    /// <summary>
    /// Has the leader take a manager that has lost its log out of the quorum, so that it cannot vote again as if it had not voted
    /// before. Then the damaged files are put aside, and the node may be made a manager anew. Throws <see cref="SwarmException"/>
    /// (FailedPrecondition), and changes nothing, where no quorum of other managers is reached.
    /// </summary>
    /// <param name="node">This node.</param>
    /// <param name="lockedBy">What seals the keyring; null for the key in its file.</param>
    /// <param name="damage">What is damaged.</param>
    /// <param name="stop">Gives up.</param>
    public async Task PutAsideAsync(NodeFile node, KeyEncryptionKey? lockedBy, SwarmException damage, CancellationToken stop)
    {
        var files = new CertificateFiles(
            directory.Certificates, Keyring.Open(directory.KeyringFile, lockedBy ?? KeyEncryptionKey.FromFile(directory.KeyringKeyFile, create: false)));
        using var late = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            await TakeOutAsync(node, files.Read(), either.Token).ConfigureAwait(false);
        }
        catch (Exception unreached) when (unreached is SwarmException || (unreached is OperationCanceledException && !stop.IsCancellationRequested))
        {
            throw new SwarmException(
                SwarmErrorCode.FailedPrecondition, $"{damage.Message} With a quorum of other managers this one would get the state anew from them by itself, but none is reached: {unreached.Message}", damage);
        }
        directory.PutManagerAside(clock.GetUtcNow());
        // It is a worker until it is made a manager anew, and has no keyring until then.
        files.Seal(false);
    }

    private async Task TakeOutAsync(NodeFile node, NodeCertificate files, CancellationToken stop)
    {
        using var identity = NodeIdentity.Load(files);
        using var channels = new ManagerChannels(new(identity, clock));
        var others = ManagerList.Load(directory.ManagersFile).Candidates.Where(address => address != node.AdvertiseAddr).ToList();
        await channels.AskLeaderAsync(others, (leader, cancel) => leader.AskAsync(ManagerCalls.Leave, new(IsRejoining: true), cancel), stop).ConfigureAwait(false);
    }

    /// <summary>
    /// Fetches the keys, and whom to let in as a manager; gives the node as one that asks to be taken in, and what seals its keyring.
    /// </summary>
    private async Task<(NodeFile Node, Keyring Keyring, KeyEncryptionKey LockedBy)> FetchKeysAsync(NodeFile node, ManagerList managers, IReadOnlyList<string> others, NodeCertificate files, CancellationToken stop)
    {
        using var identity = NodeIdentity.Load(files);
        using var channels = new ManagerChannels(new(identity, clock));
        var answer = await channels.AskLeaderAsync([.. managers.Candidates, .. others], (leader, cancel) => leader.AskAsync(ManagerCalls.Keys, new(), cancel), stop).ConfigureAwait(false);
        var lockedBy = answer.UnlockKey is { } key ? UnlockKey.Seals(key) : KeyEncryptionKey.FromFile(directory.KeyringKeyFile);
        var keyring = Keyring.Import(directory.KeyringFile, lockedBy, answer.Keys);
        managers.Learn(answer.Managers ?? []);
        return (node with { InQuorum = true, JoinedAfter = answer.MembersEntry, JoinedTo = answer.Members }, keyring, lockedBy);
    }

    private void CheckClock(NodeCertificate files)
    {
        using var certificate = X509Certificate2.CreateFromPem(files.CertificatePem);
        using var identity = NodeIdentity.Load(files);
        if (new PeerTrust(identity, clock).Judge(certificate, out _) is { } wrong)
            throw new SwarmException(SwarmErrorCode.FailedPrecondition, $"The certificate that the swarm has issued is of no use here: {wrong}.");
    }
}

/// <summary>What a request to join means on this machine.</summary>
/// <param name="Remotes">Where managers may be: <c>HOST:PORT</c>.</param>
/// <param name="Token">The join token.</param>
/// <param name="Listen">Where to listen, as a manager.</param>
/// <param name="Advertise">Where other nodes reach this one.</param>
/// <param name="DataPath">The address of the data plane.</param>
/// <param name="Availability">Whether tasks may be placed here.</param>
internal sealed record JoinPlan(IReadOnlyList<string> Remotes, string Token, IPEndPoint Listen, IPEndPoint Advertise, string? DataPath, NodeAvailability? Availability)
{
    /// <summary>Works it out. Throws <see cref="SwarmException"/> where a part of the request is wrong.</summary>
    public static JoinPlan Of(SwarmJoinRequest request)
    {
        if (request.RemoteAddrs is not { Count: > 0 } remotes)
            throw SwarmException.Invalid("at least 1 remote address must be provided to join a swarm: name a manager as HOST:PORT");
        var token = request.JoinToken?.Trim() ?? "";
        try
        {
            JoinToken.Check(token);
        }
        catch (FormatException wrong)
        {
            throw SwarmException.Invalid($"invalid join token: {wrong.Message}");
        }
        var addresses = remotes.Select(WithPort).ToList();
        var listen = HostAddresses.Parse(request.ListenAddr, IPAddress.Any, HostAddresses.DefaultPort);
        HostAddresses.RequireLocal(listen.Address, "listen");
        var advertise = HostAddresses.NamedAdvertise(request.AdvertiseAddr, listen) ?? new(listen.Address.Equals(IPAddress.Any) ? LocalTowards(addresses[0]) : listen.Address, listen.Port);
        return new(addresses, token, listen, advertise, HostAddresses.DataPath(request.DataPathAddr), request.Availability);
    }

    private static string WithPort(string remote)
    {
        var text = remote.Trim();
        var address = IPAddress.TryParse(text, out var ip) ? new IPEndPoint(ip, HostAddresses.DefaultPort).ToString() : text.Contains(':') ? text : $"{text}:{HostAddresses.DefaultPort}";
        return Uri.TryCreate($"https://{address}", UriKind.Absolute, out var parsed) && parsed.Port > 0 && parsed.AbsolutePath == "/"
            ? address
            : throw SwarmException.Invalid($"invalid remote address {remote}: write it as HOST:PORT");
    }

    /// <summary>The address of this machine that packets to the manager leave by; nothing is sent.</summary>
    private static IPAddress LocalTowards(string remote)
    {
        var target = new Uri($"https://{remote}");
        try
        {
            using var probe = new Socket(SocketType.Dgram, ProtocolType.Udp);
            probe.Connect(target.DnsSafeHost, target.Port);
            var local = ((IPEndPoint)probe.LocalEndPoint!).Address;
            return local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local;
        }
        catch (SocketException unknown)
        {
            throw new SwarmException(
                SwarmErrorCode.Unavailable, $"The manager at {remote} is not reached: {unknown.Message}. See to it that the name or address is right.", unknown);
        }
    }
}
