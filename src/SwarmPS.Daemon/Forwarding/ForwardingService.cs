using Grpc.Core;
using SwarmPS.Daemon.Consensus;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Forwarding;

/// <summary>The leader's side: answers clients of other managers, and tells those how far its store is.</summary>
internal sealed class ForwardingService(RaftNode raft, SwarmStore store, ForwardedCalls calls) : IRpcService
{
    private const string Name = "swarmps.Forwarding";

    /// <summary>A client's request.</summary>
    public static readonly Method<ForwardedRequest, ForwardedAnswer> Forward =
        RpcMethod.Unary<ForwardedRequest, ForwardedAnswer, ForwardingEncoders>(Name, "Forward", NodeListener.MessageBytesMax);

    /// <summary>How far the store is.</summary>
    public static readonly Method<VersionRequest, VersionAnswer> Version = RpcMethod.Unary<VersionRequest, VersionAnswer, ForwardingEncoders>(Name, "Version");

    /// <inheritdoc/>
    public void Map(RpcRoutes routes)
    {
        routes.UnaryOnLeader(Forward, [NodeRole.Manager], ForwardedRequestValidator.Check, (_, request, stop) => AnswerAsync(request, stop));
        routes.UnaryOnLeader(Version, [NodeRole.Manager], MessageRules.Nothing, (_, _, stop) => VersionAsync(stop));
    }

    private async Task<ForwardedAnswer> AnswerAsync(ForwardedRequest request, CancellationToken stop)
    {
        try
        {
            return await calls.AnswerAsync(request, stop).ConfigureAwait(false);
        }
        catch (LeaderChangedException)
        {
            throw new NotLeadingException(raft.IsLeader ? null : RaftAddress.NodeAddress(raft.Leader));
        }
    }

    private async Task<VersionAnswer> VersionAsync(CancellationToken stop)
    {
        await raft.ReadBarrierAsync(stop).ConfigureAwait(false);
        return new(store.Current.Version);
    }
}
