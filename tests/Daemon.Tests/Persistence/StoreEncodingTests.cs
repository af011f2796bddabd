using System.Buffers;
using Nerdbank.MessagePack;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Tests.Persistence;

public sealed class StoreEncodingTests
{
    public static TheoryData<StoreObject> Objects =>
    [
        Filled.Of<SwarmObject>(), Filled.Of<Node>(), Filled.Of<Service>(), Filled.Of<SwarmTask>(), Filled.Of<Network>(), Filled.Of<Secret>(), Filled.Of<Config>(),
        new SwarmObject(), new Node(), new Service(), new SwarmTask(), new Network(), new Secret(), new Config(),
    ];

    [Theory]
    [MemberData(nameof(Objects))]
    public void AnObject_IsReadAsItWasWritten(StoreObject value) =>
        Assert.Equal(value, StoreEncoding.ReadObject(value.Kind, StoreEncoding.Write(value)));

    [Fact]
    public void AProposal_IsReadAsItWasWritten()
    {
        var proposal = new StoreProposal(7, [
            new(new(1, ulong.MaxValue), new(5), [StoreChange.Put(Filled.Of<Service>()), StoreChange.Put(Filled.Of<SwarmTask>())]),
            new(new(2, 3), Timestamp.Zero, [StoreChange.Delete(new Node { Id = "gone" }), StoreChange.Put(Filled.Of<SwarmObject>())])]);
        var read = Read(StoreEncoding.Write(proposal));
        Assert.Equal(proposal.BaseVersion, read.BaseVersion);
        Assert.Equal(proposal.Commands.Select(c => (c.Request, c.At)), read.Commands.Select(c => (c.Request, c.At)));
        Assert.Equal(proposal.Commands.SelectMany(c => c.Changes), read.Commands.SelectMany(c => c.Changes));
    }

    [Fact]
    public void AFieldOfANewerVersion_IsPassedOver()
    {
        var task = Filled.Of<SwarmTask>();
        var known = new MessagePackReader(StoreEncoding.Write(task));
        var fields = known.ReadMapHeader();
        var newer = Message((ref MessagePackWriter writer) =>
        {
            writer.WriteMapHeader(fields + 1);
            writer.Write("FromTheFuture");
            writer.WriteArrayHeader(2);
            writer.Write("a");
            writer.WriteMapHeader(0);
        });
        byte[] message = [.. newer, .. StoreEncoding.Write(task).AsSpan((int)known.Consumed)];
        Assert.Equal(task, StoreEncoding.ReadObject(ObjectKind.Task, message));
    }

    [Fact]
    public void AChangeWithMoreElements_IsReadWithoutThem()
    {
        var message = Message((ref MessagePackWriter writer) =>
        {
            writer.WriteMapHeader(2);
            writer.Write("BaseVersion");
            writer.Write(3);
            writer.Write("Commands");
            writer.WriteArrayHeader(1);
            writer.WriteMapHeader(1);
            writer.Write("Changes");
            writer.WriteArrayHeader(1);
            writer.WriteArrayHeader(4);
            writer.Write((int)ObjectKind.Node);
            writer.Write("id");
            writer.WriteNil();
            writer.Write("from the future");
        });
        Assert.Equal(new StoreChange(ObjectKind.Node, "id", null), Read(message).Commands.Single().Changes.Single());
    }

    [Fact]
    public void AnObjectOfAnUnknownKind_IsRefused()
    {
        var message = Message((ref MessagePackWriter writer) =>
        {
            writer.WriteMapHeader(1);
            writer.Write("Commands");
            writer.WriteArrayHeader(1);
            writer.WriteMapHeader(1);
            writer.Write("Changes");
            writer.WriteArrayHeader(1);
            writer.WriteArrayHeader(3);
            writer.Write(99);
            writer.Write("id");
            writer.WriteMapHeader(0);
        });
        var fault = Assert.Throws<MessagePackSerializationException>(() => Read(message));
        Assert.Contains("kind 99", fault.GetBaseException().Message);
    }

    [Fact]
    public void ACutMessage_IsRefused()
    {
        var whole = StoreEncoding.Write(Filled.Of<Service>());
        for (var length = 0; length < whole.Length; length++)
            Assert.Throws<MessagePackSerializationException>(() => StoreEncoding.ReadObject(ObjectKind.Service, whole.AsMemory(0, length)));
    }

    [Fact]
    public void AMessageOfAnotherType_IsRefused() =>
        Assert.Throws<MessagePackSerializationException>(() => StoreEncoding.ReadObject(ObjectKind.Task, Message((ref MessagePackWriter writer) => writer.Write("a task"))));

    [Fact]
    public void ListsAndMapsThatAreEmpty_StayApartFromNone()
    {
        var spec = new ContainerSpec { Args = [], Env = null, Labels = ValueMap<string>.Empty };
        var read = (Service)StoreEncoding.ReadObject(ObjectKind.Service, StoreEncoding.Write(new Service { Spec = new() { TaskTemplate = new() { ContainerSpec = spec } } }));
        var container = read.Spec.TaskTemplate.ContainerSpec!;
        Assert.Equal((0, null, 0, null), (container.Args?.Count, container.Env, container.Labels?.Count, container.Command));
    }

    [Fact]
    public void TextThatTasksShare_IsHeldOnce()
    {
        var first = StoreEncoding.Write(new SwarmTask { Id = "a", ServiceName = "web" });
        var second = StoreEncoding.Write(new SwarmTask { Id = "b", ServiceName = "web" });
        Assert.Same(
            ((SwarmTask)StoreEncoding.ReadObject(ObjectKind.Task, first)).ServiceName,
            ((SwarmTask)StoreEncoding.ReadObject(ObjectKind.Task, second)).ServiceName);
    }

    [Fact]
    public void ATask_TakesLittleRoom()
    {
        var task = new SwarmTask
        {
            Id = new string('t', 25),
            Version = new(1000),
            CreatedAt = new(1_700_000_000_000_000_000),
            UpdatedAt = new(1_700_000_000_000_000_000),
            ServiceId = new string('s', 25),
            ServiceName = "web",
            Slot = 1,
            NodeId = new string('n', 25),
            DesiredState = TaskState.Running,
            Spec = new() { ContainerSpec = new() { Image = "registry.example/web:1" } },
            Status = new() { State = TaskState.Running, Timestamp = new(1_700_000_000_000_000_000), Message = "started" },
        };
        Assert.InRange(StoreEncoding.Write(task).Length, 100, 380);
    }

    private delegate void Write(ref MessagePackWriter writer);

    private static StoreProposal Read(byte[] message) => StoreEncoding.ReadProposal(new ReadOnlySequence<byte>(message));

    private static byte[] Message(Write write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        write(ref writer);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
