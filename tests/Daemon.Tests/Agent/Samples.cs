using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>Tasks and nodes to try things with.</summary>
internal static class Samples
{
    public const string Swarm = "swarm1";

    public const string NodeId = "node1";

    public static readonly NodeDescription Node = new() { Hostname = "worker-7", Platform = new() { Architecture = "x86_64", OS = "linux" } };

    public static SwarmTask Task(ContainerSpec? container = null, string id = "task1", ulong slot = 3) => new()
    {
        Id = id,
        ServiceId = "service1",
        ServiceName = "web",
        ServiceLabels = new([new("tier", "front"), new("a.b", "dotted")]),
        NodeId = NodeId,
        Slot = slot,
        Spec = new() { ContainerSpec = container ?? new() { Image = "swarmps/test:1" } },
        Status = new() { State = TaskState.Assigned, Message = "assigned" },
        DesiredState = TaskState.Running,
    };
}
