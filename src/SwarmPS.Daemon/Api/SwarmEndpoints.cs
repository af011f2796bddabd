using System.Globalization;
using System.Net;
using SwarmPS.Api;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Composition;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Model.Validation;

namespace SwarmPS.Daemon.Api;

/// <summary><c>/swarm</c>: the swarm itself.</summary>
internal sealed class SwarmEndpoints(ISwarmMembership membership, SwarmChanges changes)
{
    private const uint SubnetSizeMax = 29;
    private const uint DataPathPortMin = 1024;
    private const uint DataPathPortMax = 49151;

    /// <summary>The routes.</summary>
    public IEnumerable<Route> Routes() =>
    [
        new("GET", "/swarm", call => call.AnswerAsync(Swarm())),
        new("POST", "/swarm/init", InitAsync),
        new("POST", "/swarm/update", UpdateAsync),
        new("POST", "/swarm/leave", LeaveAsync),
        new("POST", "/swarm/join", JoinAsync),
        new("GET", "/swarm/unlockkey", call => call.AnswerAsync(new UnlockKeyBody(changes.State.Swarm!.UnlockKey?.Value ?? ""))),
        new("POST", "/swarm/unlock", UnlockAsync),
    ];

    private static SwarmException AlreadyIn() => new(
        SwarmErrorCode.Unavailable, "This node is already part of a swarm. Use \"docker swarm leave\" (Exit-Swarm) to leave this swarm and join another one.");

    /// <summary>The swarm as clients see it: with its tokens, without the key of a root they may have sent.</summary>
    private SwarmObject Swarm()
    {
        var swarm = changes.State.Swarm!;
        return swarm.Spec.CAConfig?.SigningCAKey is null ? swarm : swarm with { Spec = swarm.Spec with { CAConfig = swarm.Spec.CAConfig with { SigningCAKey = null } } };
    }

    private async Task InitAsync(ApiCall call)
    {
        var request = await call.BodyAsync<SwarmInitRequest>().ConfigureAwait(false);
        if (membership.State is not LocalNodeState.Inactive && !request.ForceNewCluster)
            throw AlreadyIn();
        Check(request).ThrowIfAny("The swarm");
        await call.AnswerAsync(await membership.InitAsync(request, call.Stop).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task JoinAsync(ApiCall call)
    {
        if (membership.State is not LocalNodeState.Inactive)
            throw AlreadyIn();
        await membership.JoinAsync(await call.BodyAsync<SwarmJoinRequest>().ConfigureAwait(false), call.Stop).ConfigureAwait(false);
        await call.AnswerEmptyAsync().ConfigureAwait(false);
    }

    private async Task UpdateAsync(ApiCall call)
    {
        var version = call.VersionOf("swarm");
        _ = changes.Manager;
        var (worker, manager) = (call.Flag("rotateWorkerToken"), call.Flag("rotateManagerToken"));
        var unlockKey = call.Flag("rotateManagerUnlockKey");
        var spec = await call.BodyAsync<SwarmSpec>().ConfigureAwait(false);
        SpecValidation.Check(spec).ThrowIfAny("The swarm");
        await changes.MakeAsync(
            tx =>
            {
                var swarm = tx.View.Swarm!;
                if (swarm.Version.Index != version)
                    throw SwarmException.OutOfSequence();
                // Written also where nothing changes, so that of two updates from one version one is refused.
                var merged = Merge(swarm.Spec, spec);
                tx.Put(RootChange.Begin(swarm, merged, changes.Clock) with
                {
                    UnlockKey = UnlockKey.For(merged, swarm.UnlockKey, unlockKey),
                    CertificatesEnd = RemovedNodes.CertificatesEnd(swarm, tx.Now),
                    JoinTokens = RootChange.Tokens(swarm, worker, manager),
                });
            },
            call.Stop).ConfigureAwait(false);
        await call.AnswerEmptyAsync().ConfigureAwait(false);
    }

    private async Task UnlockAsync(ApiCall call)
    {
        var asked = await call.BodyAsync<UnlockKeyBody>().ConfigureAwait(false);
        await membership.UnlockAsync(asked.UnlockKey ?? "", call.Stop).ConfigureAwait(false);
        await call.AnswerEmptyAsync().ConfigureAwait(false);
    }

    private async Task LeaveAsync(ApiCall call)
    {
        if (membership.State is LocalNodeState.Inactive)
            throw new SwarmException(SwarmErrorCode.Unavailable, "This node is not part of a swarm");
        await membership.LeaveAsync(call.Flag("force"), call.Stop).ConfigureAwait(false);
        await call.AnswerEmptyAsync().ConfigureAwait(false);
    }

    /// <summary>What a client left out stays as it is.</summary>
    private static SwarmSpec Merge(SwarmSpec old, SwarmSpec asked) => new()
    {
        Name = "default",
        Labels = asked.Labels ?? old.Labels,
        Orchestration = asked.Orchestration?.TaskHistoryRetentionLimit is null ? old.Orchestration : asked.Orchestration,
        Raft = asked.Raft is null ? old.Raft : new()
        {
            SnapshotInterval = asked.Raft.SnapshotInterval ?? old.Raft?.SnapshotInterval,
            KeepOldSnapshots = asked.Raft.KeepOldSnapshots ?? old.Raft?.KeepOldSnapshots,
            LogEntriesForSlowFollowers = asked.Raft.LogEntriesForSlowFollowers ?? old.Raft?.LogEntriesForSlowFollowers,
            ElectionTick = asked.Raft.ElectionTick ?? old.Raft?.ElectionTick,
            HeartbeatTick = asked.Raft.HeartbeatTick ?? old.Raft?.HeartbeatTick,
        },
        Dispatcher = asked.Dispatcher?.HeartbeatPeriod is { } period && period > TimeSpan.Zero ? asked.Dispatcher : old.Dispatcher,
        CAConfig = asked.CAConfig is not { } config ? old.CAConfig : config with
        {
            NodeCertExpiry = config.NodeCertExpiry is { } expiry && expiry > TimeSpan.Zero ? expiry : old.CAConfig?.NodeCertExpiry,
            ForceRotate = config.ForceRotate ?? old.CAConfig?.ForceRotate,
        },
        TaskDefaults = asked.TaskDefaults ?? old.TaskDefaults,
        EncryptionConfig = asked.EncryptionConfig ?? old.EncryptionConfig,
    };

    private static IReadOnlyList<SpecProblem> Check(SwarmInitRequest request)
    {
        var problems = SpecValidation.Check(request.Spec ?? new()).ToList();
        if (request.DataPathPort is not 0 and (< DataPathPortMin or > DataPathPortMax))
            problems.Add(new("DataPathPort", $"{request.DataPathPort} is not between {DataPathPortMin} and {DataPathPortMax}"));
        if (request.SubnetSize > SubnetSizeMax)
            problems.Add(new("SubnetSize", $"a subnet of length {request.SubnetSize} has no room: {SubnetSizeMax} at most"));
        foreach (var pool in request.DefaultAddrPool.OrEmpty())
        {
            if (!IPNetwork.TryParse(pool, out var network))
                problems.Add(new("DefaultAddrPool", $"'{pool}' is not a range of addresses: write it as 10.20.0.0/16"));
            else if (request.SubnetSize is not 0 && network.PrefixLength > request.SubnetSize)
                problems.Add(new("DefaultAddrPool", string.Create(CultureInfo.InvariantCulture, $"{pool} is smaller than one subnet of length {request.SubnetSize}")));
        }
        return problems;
    }
}
