using Grpc.Core;
using PolyType;
using SwarmPS.Daemon.Persistence;

namespace SwarmPS.Daemon.Rpc;

/// <summary>
/// Describes calls between nodes. They travel by gRPC, and their messages in the encoding of the log: a reader passes over names it
/// does not know, so nodes of two versions understand each other. A property must never change its meaning or its type.
/// </summary>
internal static class RpcMethod
{
    /// <summary>One request, one answer.</summary>
    public static Method<TRequest, TAnswer> Unary<TRequest, TAnswer, TShapes>(string service, string name)
        where TRequest : class
        where TAnswer : class
        where TShapes : IShapeable<TRequest>, IShapeable<TAnswer> =>
        new(MethodType.Unary, service, name, Marshaller<TRequest, TShapes>(), Marshaller<TAnswer, TShapes>());

    /// <summary>Messages both ways for as long as both ends like.</summary>
    public static Method<TRequest, TAnswer> Duplex<TRequest, TAnswer, TShapes>(string service, string name)
        where TRequest : class
        where TAnswer : class
        where TShapes : IShapeable<TRequest>, IShapeable<TAnswer> =>
        new(MethodType.DuplexStreaming, service, name, Marshaller<TRequest, TShapes>(), Marshaller<TAnswer, TShapes>());

    private static Marshaller<T> Marshaller<T, TShapes>() where T : class where TShapes : IShapeable<T> => Marshallers.Create<T>(
        (value, context) =>
        {
            StoreEncoding.Serializer.Serialize<T, TShapes>(context.GetBufferWriter(), value);
            context.Complete();
        },
        context => StoreEncoding.Serializer.Deserialize<T, TShapes>(context.PayloadAsReadOnlySequence())
            ?? throw new RpcException(new(StatusCode.InvalidArgument, $"A message of the kind {typeof(T).Name} is missing.")));
}
