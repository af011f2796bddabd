using Grpc.Core;
using SwarmPS.Daemon.Persistence;

namespace SwarmPS.Daemon.Rpc;

/// <summary>
/// Describes calls between nodes. They travel by gRPC, and their messages in the encoding of the log: a reader passes over names it
/// does not know, so nodes of two versions understand each other. A property must never change its meaning or its type.
/// </summary>
internal static class RpcMethod
{
    /// <summary>One request, one answer.</summary>
    public static Method<TRequest, TAnswer> Unary<TRequest, TAnswer, TEncoders>(string service, string name)
        where TRequest : class
        where TAnswer : class
        where TEncoders : IEncodes<TRequest>, IEncodes<TAnswer> =>
        new(MethodType.Unary, service, name, Marshaller<TRequest, TEncoders>(), Marshaller<TAnswer, TEncoders>());

    /// <summary>Messages both ways for as long as both ends like.</summary>
    public static Method<TRequest, TAnswer> Duplex<TRequest, TAnswer, TEncoders>(string service, string name)
        where TRequest : class
        where TAnswer : class
        where TEncoders : IEncodes<TRequest>, IEncodes<TAnswer> =>
        new(MethodType.DuplexStreaming, service, name, Marshaller<TRequest, TEncoders>(), Marshaller<TAnswer, TEncoders>());

    private static Marshaller<T> Marshaller<T, TEncoders>() where T : class where TEncoders : IEncodes<T> => Marshallers.Create<T>(
        (value, context) =>
        {
            MessageEncoding.Write<T, TEncoders>(context.GetBufferWriter(), value);
            context.Complete();
        },
        context => MessageEncoding.Read<T, TEncoders>(context.PayloadAsReadOnlySequence()));
}
