using Nerdbank.MessagePack;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Persistence;

/// <summary>A change as an array: kind, id, and the object or nil. The kind tells which object it is; later elements are passed over.</summary>
[EncodingOf<StoreChange>]
internal static class StoreChangeEncoding
{
    private const int Elements = 3;

    public static StoreChange Read(ref MessagePackReader reader)
    {
        var elements = reader.ReadArrayHeader();
        if (elements < Elements)
            throw new MessagePackSerializationException($"A change has {Elements} elements, this one has {elements}.");
        var kind = (ObjectKind)reader.ReadInt32();
        if (!Enum.IsDefined(kind))
            throw new MessagePackSerializationException($"Objects of the kind {(int)kind} are not known to this version; install the version that the other managers run.");
        var id = TextEncoding.Read(ref reader) ?? throw new MessagePackSerializationException("A change names no object.");
        var change = new StoreChange(kind, id, ReadObject(ref reader, kind));
        for (var i = Elements; i < elements; i++)
            reader.Skip(new SerializationContext());
        return change;
    }

    public static void Write(ref MessagePackWriter writer, StoreChange value)
    {
        writer.WriteArrayHeader(Elements);
        writer.Write((int)value.Kind);
        TextEncoding.Write(ref writer, value.Id);
        switch (value.Object)
        {
            case null: writer.WriteNil(); break;
            case SwarmTask task: StoreEncoders.Write(ref writer, task); break;
            case Service service: StoreEncoders.Write(ref writer, service); break;
            case Node node: StoreEncoders.Write(ref writer, node); break;
            case Network network: StoreEncoders.Write(ref writer, network); break;
            case Secret secret: StoreEncoders.Write(ref writer, secret); break;
            case Config config: StoreEncoders.Write(ref writer, config); break;
            case SwarmObject swarm: StoreEncoders.Write(ref writer, swarm); break;
            default: throw new MessagePackSerializationException($"Objects of the kind {value.Kind} have no encoding.");
        }
    }

    private static StoreObject? ReadObject(ref MessagePackReader reader, ObjectKind kind) => kind switch
    {
        ObjectKind.Swarm => Read<SwarmObject, StoreEncoders>(ref reader),
        ObjectKind.Node => Read<Node, StoreEncoders>(ref reader),
        ObjectKind.Service => Read<Service, StoreEncoders>(ref reader),
        ObjectKind.Task => Read<SwarmTask, StoreEncoders>(ref reader),
        ObjectKind.Network => Read<Network, StoreEncoders>(ref reader),
        ObjectKind.Secret => Read<Secret, StoreEncoders>(ref reader),
        ObjectKind.Config => Read<Config, StoreEncoders>(ref reader),
    };

    private static T? Read<T, TEncoder>(ref MessagePackReader reader) where T : StoreObject where TEncoder : IEncodes<T> => TEncoder.Read(ref reader);
}
