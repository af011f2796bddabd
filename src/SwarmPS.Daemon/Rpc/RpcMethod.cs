using Grpc.Core;
using Nerdbank.MessagePack;
using SwarmPS.Daemon.Persistence;

namespace SwarmPS.Daemon.Rpc;

/// <summary>
/// Describes calls between nodes. They travel by gRPC, and their messages in the encoding of the log: a reader passes over names it
/// does not know, so nodes of two versions understand each other. A property must never change its meaning or its type.
/// </summary>
internal static class RpcMethod
{
    /// <summary>Bytes of a request where nothing else is said: what is asked is mostly small.</summary>
    private const int RequestBytesDefault = 64 << 10;

    /// <summary>One request, one answer.</summary>
    /// <param name="service">The service.</param>
    /// <param name="name">The call.</param>
    /// <param name="requestBytesMax">Bytes of a request: a larger one is refused before it is decoded.</param>
    public static Method<TRequest, TAnswer> Unary<TRequest, TAnswer, TEncoders>(string service, string name, int requestBytesMax = RequestBytesDefault)
        where TRequest : class
        where TAnswer : class
        where TEncoders : IEncodes<TRequest>, IEncodes<TAnswer> =>
        new(MethodType.Unary, service, name, Marshaller<TRequest, TEncoders>(requestBytesMax), Marshaller<TAnswer, TEncoders>());

    /// <summary>Messages both ways for as long as both ends like.</summary>
    /// <param name="service">The service.</param>
    /// <param name="name">The call.</param>
    /// <param name="requestBytesMax">Bytes of one message of the caller: a larger one is refused before it is decoded.</param>
    public static Method<TRequest, TAnswer> Duplex<TRequest, TAnswer, TEncoders>(string service, string name, int requestBytesMax)
        where TRequest : class
        where TAnswer : class
        where TEncoders : IEncodes<TRequest>, IEncodes<TAnswer> =>
        new(MethodType.DuplexStreaming, service, name, Marshaller<TRequest, TEncoders>(requestBytesMax), Marshaller<TAnswer, TEncoders>());

    private static Marshaller<T> Marshaller<T, TEncoders>(int bytesMax = int.MaxValue) where T : class where TEncoders : IEncodes<T> => Marshallers.Create<T>(
        (value, context) =>
        {
            MessageEncoding.Write<T, TEncoders>(context.GetBufferWriter(), value);
            context.Complete();
        },
        context =>
        {
            if (context.PayloadLength > bytesMax)
                throw new RpcException(new(StatusCode.InvalidArgument, $"A {typeof(T).Name} of {context.PayloadLength} bytes is refused: it may have {bytesMax}."));
            try
            {
                return MessageEncoding.Read<T, TEncoders>(context.PayloadAsReadOnlySequence());
            }
            catch (MessagePackSerializationException fault)
            {
                throw new RpcException(new(StatusCode.InvalidArgument, fault.Message));
            }
        });
}
