using System.Buffers;
using Nerdbank.MessagePack;
using SwarmPS.Model;
using SwarmPS.Model.Validation;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Persistence;

/// <summary>How the store's objects and proposals are written to the log and to the checkpoint.</summary>
internal static class StoreEncoding
{
    /// <summary>Writes a proposal.</summary>
    public static byte[] Write(StoreProposal proposal) => MessageEncoding.Write<StoreProposal, StoreEncoders>(proposal);

    /// <summary>Reads a proposal. Throws <see cref="MessagePackSerializationException"/> where the bytes are none.</summary>
    public static StoreProposal ReadProposal(in ReadOnlySequence<byte> bytes) => MessageEncoding.Read<StoreProposal, StoreEncoders>(bytes);

    /// <summary>A proposal of the log, with what nodes once said wrongly set aside.</summary>
    public static StoreProposal Heal(StoreProposal proposal) =>
        proposal.Commands.All(command => command.Changes.All(change => ReferenceEquals(change, Heal(change))))
            ? proposal
            : proposal with { Commands = [.. proposal.Commands.Select(command => command with { Changes = [.. command.Changes.Select(Heal)] })] };

    /// <summary>Writes an object.</summary>
    public static byte[] Write(StoreObject value) => value switch
    {
        SwarmTask task => MessageEncoding.Write<SwarmTask, StoreEncoders>(task),
        Service service => MessageEncoding.Write<Service, StoreEncoders>(service),
        Node node => MessageEncoding.Write<Node, StoreEncoders>(node),
        Network network => MessageEncoding.Write<Network, StoreEncoders>(network),
        Secret secret => MessageEncoding.Write<Secret, StoreEncoders>(secret),
        Config config => MessageEncoding.Write<Config, StoreEncoders>(config),
        SwarmObject swarm => MessageEncoding.Write<SwarmObject, StoreEncoders>(swarm),
        _ => throw new ArgumentException($"Objects of the kind {value.Kind} have no encoding.", nameof(value)),
    };

    /// <summary>Reads an object. Throws <see cref="MessagePackSerializationException"/> where the bytes are none of that kind.</summary>
    public static StoreObject ReadObject(ObjectKind kind, ReadOnlyMemory<byte> bytes)
    {
        var sequence = new ReadOnlySequence<byte>(bytes);
        return kind switch
        {
            ObjectKind.Swarm => MessageEncoding.Read<SwarmObject, StoreEncoders>(sequence),
            ObjectKind.Node => MessageEncoding.Read<Node, StoreEncoders>(sequence),
            ObjectKind.Service => MessageEncoding.Read<Service, StoreEncoders>(sequence),
            ObjectKind.Task => MessageEncoding.Read<SwarmTask, StoreEncoders>(sequence),
            ObjectKind.Network => MessageEncoding.Read<Network, StoreEncoders>(sequence),
            ObjectKind.Secret => MessageEncoding.Read<Secret, StoreEncoders>(sequence),
            ObjectKind.Config => MessageEncoding.Read<Config, StoreEncoders>(sequence),
        };
    }

    private static StoreChange Heal(StoreChange change) =>
        change.Object is { } value && StoredReports.Heal(value) is var healed && !ReferenceEquals(healed, value) ? new(change.Kind, change.Id, healed) : change;
}

/// <summary>How all that the store holds is encoded; written by the build, since Core knows nothing of the encoding.</summary>
[Encodes<StoreProposal>]
[Encodes<SwarmObject>]
[Encodes<Node>]
[Encodes<Service>]
[Encodes<SwarmTask>]
[Encodes<Network>]
[Encodes<Secret>]
[Encodes<Config>]
internal sealed partial class StoreEncoders;
