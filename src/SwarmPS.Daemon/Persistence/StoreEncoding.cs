using System.Buffers;
using Nerdbank.MessagePack;
using PolyType;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Persistence;

/// <summary>
/// How the store's objects and proposals are written to the log and to the checkpoint: MessagePack, objects as maps by property
/// name without what is at its default. A reader passes over names it does not know, so managers of two versions can share a log;
/// so a property must never change its meaning or its type under the same name, and an enumeration's numbers must stay.
/// </summary>
internal static class StoreEncoding
{
    /// <summary>The one way that bytes are made, in the log as between nodes.</summary>
    internal static readonly MessagePackSerializer Serializer = new()
    {
        SerializeDefaultValues = SerializeDefaultValuesPolicy.Never,
        DeserializeDefaultValues = DeserializeDefaultValuesPolicy.AllowMissingValuesForRequiredProperties,
        InternStrings = true,
        Converters =
        [
            new TimestampEncoding(), new VersionEncoding(), new RequestIdEncoding(), new TimeSpanEncoding(), new StoreChangeEncoding(),
        ],
    };

    /// <summary>
    /// Makes ready what the first object read or written would have to wait for: some 0.2 s of a processor. Worth doing at start,
    /// beside other things.
    /// </summary>
    public static void Warm()
    {
        ReadObject(ObjectKind.Task, Write(new SwarmTask()));
        ReadObject(ObjectKind.Service, Write(new Service()));
        ReadProposal(new(Write(new StoreProposal(0, []))));
    }

    /// <summary>Writes a proposal.</summary>
    public static byte[] Write(StoreProposal proposal) => Serializer.Serialize<StoreProposal, StoreShapes>(proposal);

    /// <summary>Reads a proposal. Throws <see cref="MessagePackSerializationException"/> where the bytes are none.</summary>
    public static StoreProposal ReadProposal(in ReadOnlySequence<byte> bytes) =>
        Serializer.Deserialize<StoreProposal, StoreShapes>(bytes) ?? throw new MessagePackSerializationException("A proposal is missing.");

    /// <summary>Writes an object.</summary>
    public static byte[] Write(StoreObject value) => value switch
    {
        SwarmTask task => Serializer.Serialize<SwarmTask, StoreShapes>(task),
        Service service => Serializer.Serialize<Service, StoreShapes>(service),
        Node node => Serializer.Serialize<Node, StoreShapes>(node),
        Network network => Serializer.Serialize<Network, StoreShapes>(network),
        Secret secret => Serializer.Serialize<Secret, StoreShapes>(secret),
        Config config => Serializer.Serialize<Config, StoreShapes>(config),
        SwarmObject swarm => Serializer.Serialize<SwarmObject, StoreShapes>(swarm),
        _ => throw new ArgumentException($"Objects of the kind {value.Kind} have no encoding.", nameof(value)),
    };

    /// <summary>Reads an object. Throws <see cref="MessagePackSerializationException"/> where the bytes are none of that kind.</summary>
    public static StoreObject ReadObject(ObjectKind kind, ReadOnlyMemory<byte> bytes)
    {
        StoreObject? value = kind switch
        {
            ObjectKind.Swarm => Serializer.Deserialize<SwarmObject, StoreShapes>(bytes),
            ObjectKind.Node => Serializer.Deserialize<Node, StoreShapes>(bytes),
            ObjectKind.Service => Serializer.Deserialize<Service, StoreShapes>(bytes),
            ObjectKind.Task => Serializer.Deserialize<SwarmTask, StoreShapes>(bytes),
            ObjectKind.Network => Serializer.Deserialize<Network, StoreShapes>(bytes),
            ObjectKind.Secret => Serializer.Deserialize<Secret, StoreShapes>(bytes),
            ObjectKind.Config => Serializer.Deserialize<Config, StoreShapes>(bytes),
        };
        return value ?? throw new MessagePackSerializationException($"An object of the kind {kind} is missing.");
    }
}

/// <summary>The shapes of everything that is written; made at compile time, since Core knows nothing of the encoding.</summary>
[GenerateShapeFor<StoreProposal>]
[GenerateShapeFor<SwarmObject>]
[GenerateShapeFor<Node>]
[GenerateShapeFor<Service>]
[GenerateShapeFor<SwarmTask>]
[GenerateShapeFor<Network>]
[GenerateShapeFor<Secret>]
[GenerateShapeFor<Config>]
internal sealed partial class StoreShapes;
