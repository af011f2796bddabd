using Grpc.Core;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Rpc;

/// <summary>What a manager answers nodes: a service maps each of its calls with whom it is for.</summary>
internal interface IRpcService
{
    /// <summary>Maps the calls.</summary>
    void Map(RpcRoutes routes);
}

/// <summary>Collects the calls of services; whatever is mapped here is let in by <see cref="NodeAdmission"/> first.</summary>
internal sealed class RpcRoutes(NodeAdmission admission)
{
    private readonly ServerServiceDefinition.Builder builder = ServerServiceDefinition.CreateBuilder();

    /// <summary>A call that anyone may make, also without a certificate: it checks for itself.</summary>
    public void Open<TRequest, TAnswer>(Method<TRequest, TAnswer> method, Func<NodePeer, TRequest, CancellationToken, Task<TAnswer>> answer)
        where TRequest : class where TAnswer : class =>
        builder.AddMethod(method, (request, call) => GuardAsync(call, () => answer(PeerOf(call), request, call.CancellationToken)));

    /// <summary>The same, on the leader.</summary>
    public void OpenOnLeader<TRequest, TAnswer>(Method<TRequest, TAnswer> method, Func<NodePeer, TRequest, CancellationToken, Task<TAnswer>> answer)
        where TRequest : class where TAnswer : class =>
        Open(method, async (peer, request, stop) =>
        {
            await admission.RequireLeaderAsync(stop).ConfigureAwait(false);
            return await answer(peer, request, stop).ConfigureAwait(false);
        });

    /// <summary>A call to any manager, by nodes of some roles.</summary>
    public void Unary<TRequest, TAnswer>(Method<TRequest, TAnswer> method, NodeRole[] roles, Func<NodeCaller, TRequest, CancellationToken, Task<TAnswer>> answer)
        where TRequest : class where TAnswer : class =>
        builder.AddMethod(method, (request, call) => GuardAsync(call, () => answer(admission.Require(PeerOf(call), roles), request, call.CancellationToken)));

    /// <summary>A call to the leader, by nodes of some roles. Other managers answer FailedPrecondition and name the leader's address; they do not pass calls on.</summary>
    public void UnaryOnLeader<TRequest, TAnswer>(Method<TRequest, TAnswer> method, NodeRole[] roles, Func<NodeCaller, TRequest, CancellationToken, Task<TAnswer>> answer)
        where TRequest : class where TAnswer : class =>
        builder.AddMethod(method, (request, call) => GuardAsync(call, async () =>
        {
            var caller = await admission.RequireOnLeaderAsync(PeerOf(call), roles, call.CancellationToken).ConfigureAwait(false);
            return await answer(caller, request, call.CancellationToken).ConfigureAwait(false);
        }));

    /// <summary>A stream with the leader, by nodes of some roles.</summary>
    public void DuplexOnLeader<TRequest, TAnswer>(
        Method<TRequest, TAnswer> method,
        NodeRole[] roles,
        Func<NodeCaller, IAsyncStreamReader<TRequest>, IServerStreamWriter<TAnswer>, CancellationToken, Task> answer)
        where TRequest : class where TAnswer : class =>
        AddDuplex(method, (peer, stop) => admission.RequireOnLeaderAsync(peer, roles, stop), answer);

    /// <summary>A stream with any manager, by nodes of some roles.</summary>
    public void Duplex<TRequest, TAnswer>(
        Method<TRequest, TAnswer> method,
        NodeRole[] roles,
        Func<NodeCaller, IAsyncStreamReader<TRequest>, IServerStreamWriter<TAnswer>, CancellationToken, Task> answer)
        where TRequest : class where TAnswer : class =>
        AddDuplex(method, (peer, _) => Task.FromResult(admission.Require(peer, roles)), answer);

    private void AddDuplex<TRequest, TAnswer>(
        Method<TRequest, TAnswer> method,
        Func<NodePeer, CancellationToken, Task<NodeCaller>> admit,
        Func<NodeCaller, IAsyncStreamReader<TRequest>, IServerStreamWriter<TAnswer>, CancellationToken, Task> answer)
        where TRequest : class where TAnswer : class =>
        builder.AddMethod(method, (requests, answers, call) => GuardAsync<object?>(call, async () =>
        {
            var caller = await admit(PeerOf(call), call.CancellationToken).ConfigureAwait(false);
            await answer(caller, requests, answers, call.CancellationToken).ConfigureAwait(false);
            return null;
        }));

    internal ServerServiceDefinition Build() => builder.Build();

    private static NodePeer PeerOf(ServerCallContext call) => call.GetHttpContext().Features.Get<NodePeer>()
        ?? throw new InvalidOperationException("The connection was not judged when it came in.");

    private static async Task<T> GuardAsync<T>(ServerCallContext call, Func<Task<T>> answer)
    {
        try
        {
            return await answer().ConfigureAwait(false);
        }
        catch (SwarmException refusal) when (refusal.InnerException is WriterEndedException)
        {
            // It led when it was asked. Whoever leads next answers as if it had been asked first.
            throw RpcErrors.ToRpc(new NotLeadingException(null));
        }
        catch (SwarmException refusal)
        {
            throw RpcErrors.ToRpc(refusal);
        }
        catch (NotLeadingException refusal)
        {
            throw RpcErrors.ToRpc(refusal);
        }
        catch (OperationCanceledException) when (call.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new(StatusCode.Cancelled, "The caller has gone."));
        }
    }
}
