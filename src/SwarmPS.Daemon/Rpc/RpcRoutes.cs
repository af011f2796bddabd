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

/// <summary>
/// Collects the calls of services, each with who may make it and with what its messages must be like: <see cref="CallGate"/> lets a caller in
/// before anything of the call is read, and no message that is not checked comes to a service. A check throws <see cref="SwarmException"/>
/// (InvalidArgument).
/// </summary>
internal sealed class RpcRoutes(NodeAdmission admission)
{
    private readonly ServerServiceDefinition.Builder builder = ServerServiceDefinition.CreateBuilder();
    private readonly Dictionary<string, CallRule> rules = new(StringComparer.Ordinal);

    /// <summary>Who may make which call, by its path.</summary>
    public IReadOnlyDictionary<string, CallRule> Rules => rules;

    /// <summary>A call that anyone may make, also without a certificate: it checks for itself who calls.</summary>
    public void Open<TRequest, TAnswer>(
        Method<TRequest, TAnswer> method, Action<TRequest> check, Func<NodePeer, TRequest, CancellationToken, Task<TAnswer>> answer)
        where TRequest : class where TAnswer : class =>
        AddOpen(method, (_, _) => Task.CompletedTask, check, answer);

    /// <summary>The same, on the leader.</summary>
    public void OpenOnLeader<TRequest, TAnswer>(
        Method<TRequest, TAnswer> method, Action<TRequest> check, Func<NodePeer, TRequest, CancellationToken, Task<TAnswer>> answer)
        where TRequest : class where TAnswer : class =>
        AddOpen(method, (_, stop) => admission.RequireLeaderAsync(stop), check, answer);

    /// <summary>A call to any manager, by nodes of some roles.</summary>
    public void Unary<TRequest, TAnswer>(
        Method<TRequest, TAnswer> method, NodeRole[] roles, Action<TRequest> check, Func<NodeCaller, TRequest, CancellationToken, Task<TAnswer>> answer)
        where TRequest : class where TAnswer : class =>
        AddUnary(method, (peer, _) => Task.FromResult(admission.Require(peer, roles)), check, answer);

    /// <summary>A call to the leader, by nodes of some roles. Other managers answer FailedPrecondition and name the leader's address; they do not pass calls on.</summary>
    public void UnaryOnLeader<TRequest, TAnswer>(
        Method<TRequest, TAnswer> method, NodeRole[] roles, Action<TRequest> check, Func<NodeCaller, TRequest, CancellationToken, Task<TAnswer>> answer)
        where TRequest : class where TAnswer : class =>
        AddUnary(method, (peer, stop) => admission.RequireOnLeaderAsync(peer, roles, stop), check, answer);

    /// <summary>A stream with the leader, by nodes of some roles.</summary>
    public void DuplexOnLeader<TRequest, TAnswer>(
        Method<TRequest, TAnswer> method,
        NodeRole[] roles,
        Action<TRequest> check,
        Func<NodeCaller, IAsyncStreamReader<TRequest>, IServerStreamWriter<TAnswer>, CancellationToken, Task> answer)
        where TRequest : class where TAnswer : class =>
        AddDuplex(method, (peer, stop) => admission.RequireOnLeaderAsync(peer, roles, stop), check, answer);

    /// <summary>A stream with any manager, by nodes of some roles.</summary>
    public void Duplex<TRequest, TAnswer>(
        Method<TRequest, TAnswer> method,
        NodeRole[] roles,
        Action<TRequest> check,
        Func<NodeCaller, IAsyncStreamReader<TRequest>, IServerStreamWriter<TAnswer>, CancellationToken, Task> answer)
        where TRequest : class where TAnswer : class =>
        AddDuplex(method, (peer, _) => Task.FromResult(admission.Require(peer, roles)), check, answer);

    internal ServerServiceDefinition Build() => builder.Build();

    private void AddOpen<TRequest, TAnswer>(
        Method<TRequest, TAnswer> method,
        Func<NodePeer, CancellationToken, Task> admit,
        Action<TRequest> check,
        Func<NodePeer, TRequest, CancellationToken, Task<TAnswer>> answer)
        where TRequest : class where TAnswer : class
    {
        rules.Add(method.FullName, new(true, async (peer, stop) =>
        {
            await admit(peer, stop).ConfigureAwait(false);
            return null;
        }));
        builder.AddMethod(method, (request, call) => GuardAsync(call, () =>
        {
            check(request);
            return answer(FeatureOf<NodePeer>(call), request, call.CancellationToken);
        }));
    }

    private void AddUnary<TRequest, TAnswer>(
        Method<TRequest, TAnswer> method,
        Func<NodePeer, CancellationToken, Task<NodeCaller>> admit,
        Action<TRequest> check,
        Func<NodeCaller, TRequest, CancellationToken, Task<TAnswer>> answer)
        where TRequest : class where TAnswer : class
    {
        rules.Add(method.FullName, new(false, async (peer, stop) => await admit(peer, stop).ConfigureAwait(false)));
        builder.AddMethod(method, (request, call) => GuardAsync(call, () =>
        {
            check(request);
            return answer(FeatureOf<NodeCaller>(call), request, call.CancellationToken);
        }));
    }

    private void AddDuplex<TRequest, TAnswer>(
        Method<TRequest, TAnswer> method,
        Func<NodePeer, CancellationToken, Task<NodeCaller>> admit,
        Action<TRequest> check,
        Func<NodeCaller, IAsyncStreamReader<TRequest>, IServerStreamWriter<TAnswer>, CancellationToken, Task> answer)
        where TRequest : class where TAnswer : class
    {
        rules.Add(method.FullName, new(false, async (peer, stop) => await admit(peer, stop).ConfigureAwait(false)));
        builder.AddMethod(method, (requests, answers, call) => GuardAsync<object?>(call, async () =>
        {
            await answer(FeatureOf<NodeCaller>(call), new CheckedReader<TRequest>(requests, check), answers, call.CancellationToken).ConfigureAwait(false);
            return null;
        }));
    }

    private static T FeatureOf<T>(ServerCallContext call) where T : class =>
        call.GetHttpContext().Features.Get<T>() ?? throw new InvalidOperationException($"The call came past its gate: no {typeof(T).Name} is known.");

    private static async Task<T> GuardAsync<T>(ServerCallContext call, Func<Task<T>> answer)
    {
        try
        {
            return await answer().ConfigureAwait(false);
        }
        catch (Exception refusal) when (RpcErrors.TryToRpc(refusal) is { } told)
        {
            throw told;
        }
        catch (OperationCanceledException) when (call.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new(StatusCode.Cancelled, "The caller has gone."));
        }
    }

    /// <summary>Messages of a stream, each checked before it is seen.</summary>
    private sealed class CheckedReader<T>(IAsyncStreamReader<T> messages, Action<T> check) : IAsyncStreamReader<T>
    {
        public T Current => messages.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (!await messages.MoveNext(cancellationToken).ConfigureAwait(false))
                return false;
            check(messages.Current);
            return true;
        }
    }
}

/// <summary>Who may make a call.</summary>
/// <param name="IsOpen">Also those without a certificate, who are not believed: what they send is small.</param>
/// <param name="AdmitAsync">
/// Says who calls, null where anyone may; throws <see cref="SwarmException"/> or <see cref="NotLeadingException"/>. It has nothing but the connection.
/// </param>
internal sealed record CallRule(bool IsOpen, Func<NodePeer, CancellationToken, Task<NodeCaller?>> AdmitAsync);
