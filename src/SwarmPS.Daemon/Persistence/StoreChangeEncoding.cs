using Nerdbank.MessagePack;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Persistence;

/// <summary>A change as an array: kind, id, and the object or nil. The kind tells which object it is; later elements are passed over.</summary>
internal sealed class StoreChangeEncoding : MessagePackConverter<StoreChange>
{
    private const int Elements = 3;

    public override StoreChange Read(ref MessagePackReader reader, SerializationContext context)
    {
        context.DepthStep();
        var elements = reader.ReadArrayHeader();
        if (elements < Elements)
            throw new MessagePackSerializationException($"A change has {Elements} elements, this one has {elements}.");
        var kind = (ObjectKind)reader.ReadInt32();
        if (!Enum.IsDefined(kind))
            throw new MessagePackSerializationException($"Objects of the kind {(int)kind} are not known to this version; install the version that the other managers run.");
        var id = reader.ReadString() ?? throw new MessagePackSerializationException("A change names no object.");
        var change = new StoreChange(kind, id, ReadObject(ref reader, kind, context));
        for (var i = Elements; i < elements; i++)
            reader.Skip(context);
        return change;
    }

    public override void Write(ref MessagePackWriter writer, in StoreChange? value, SerializationContext context)
    {
        context.DepthStep();
        writer.WriteArrayHeader(Elements);
        writer.Write((int)value!.Kind);
        writer.Write(value.Id);
        switch (value.Object)
        {
            case null: writer.WriteNil(); break;
            case SwarmTask task: context.GetConverter<SwarmTask>(StoreShapes.GeneratedTypeShapeProvider).Write(ref writer, task, context); break;
            case Service service: context.GetConverter<Service>(StoreShapes.GeneratedTypeShapeProvider).Write(ref writer, service, context); break;
            case Node node: context.GetConverter<Node>(StoreShapes.GeneratedTypeShapeProvider).Write(ref writer, node, context); break;
            case Network network: context.GetConverter<Network>(StoreShapes.GeneratedTypeShapeProvider).Write(ref writer, network, context); break;
            case Secret secret: context.GetConverter<Secret>(StoreShapes.GeneratedTypeShapeProvider).Write(ref writer, secret, context); break;
            case Config config: context.GetConverter<Config>(StoreShapes.GeneratedTypeShapeProvider).Write(ref writer, config, context); break;
            case SwarmObject swarm: context.GetConverter<SwarmObject>(StoreShapes.GeneratedTypeShapeProvider).Write(ref writer, swarm, context); break;
            default: throw new MessagePackSerializationException($"Objects of the kind {value.Kind} have no encoding.");
        }
    }

    private static StoreObject? ReadObject(ref MessagePackReader reader, ObjectKind kind, SerializationContext context)
    {
        if (reader.TryReadNil())
            return null;
        return kind switch
        {
            ObjectKind.Swarm => Read<SwarmObject>(ref reader, context),
            ObjectKind.Node => Read<Node>(ref reader, context),
            ObjectKind.Service => Read<Service>(ref reader, context),
            ObjectKind.Task => Read<SwarmTask>(ref reader, context),
            ObjectKind.Network => Read<Network>(ref reader, context),
            ObjectKind.Secret => Read<Secret>(ref reader, context),
            ObjectKind.Config => Read<Config>(ref reader, context),
        };
    }

    private static T? Read<T>(ref MessagePackReader reader, SerializationContext context) where T : StoreObject =>
        context.GetConverter<T>(StoreShapes.GeneratedTypeShapeProvider).Read(ref reader, context);
}
