using SwarmPS.Daemon.Dispatch;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Agent;

/// <summary>Tasks and nodes to try things with.</summary>
internal static class Samples
{
    public const string Swarm = "swarm1";

    public const string NodeId = "node1";

    public static readonly NodeDescription Node = new() { Hostname = "worker-7", Platform = new() { Architecture = "x86_64", OS = "linux" } };

    public static readonly AssignedPayload Secret = new("secret-id", "key", new("s3cret-payload"u8.ToArray()));

    public static readonly AssignedPayload Config = new("config-id", "conf", new("c0nfig-payload"u8.ToArray()));

    /// <summary>A container that gets both.</summary>
    public static ContainerSpec WithFiles(ContainerSpec? container = null) => (container ?? new() { Image = "swarmps/test:1" }) with
    {
        Secrets = [new() { SecretId = Secret.Id, SecretName = Secret.Name, File = new() { Name = "key", UID = "1234", GID = "2345", Mode = 0b100_100_000 } }],
        Configs = [new() { ConfigId = Config.Id, ConfigName = Config.Name, File = new() { Name = "/etc/app/run.sh", Mode = 0b111_101_101 } }],
    };

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
