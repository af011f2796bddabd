using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Tests;

/// <summary>Objects for tests.</summary>
internal static class Samples
{
    public static readonly Service Web = new()
    {
        Id = "web1service",
        Version = new(7),
        CreatedAt = Timestamp.From(DateTimeOffset.UnixEpoch.AddDays(20000)),
        Spec = new()
        {
            Name = "web",
            Labels = new([new("team", "a")]),
            Mode = new() { Replicated = new(3) },
            TaskTemplate = new()
            {
                ForceUpdate = 4,
                Placement = new() { Constraints = ["node.role == worker"] },
                ContainerSpec = new()
                {
                    Image = "nginx:1@sha256:abc",
                    Env = ["A=1", "B=2"],
                    Labels = new([new("inside", "yes")]),
                    Mounts = [new() { Type = MountType.Volume, Source = "data", Target = "/data" }],
                },
            },
            EndpointSpec = new() { Ports = [new() { TargetPort = 80, PublishedPort = 8080, Protocol = PortProtocol.Tcp, PublishMode = PublishMode.Host }] },
        },
        ServiceStatus = new(2, 3, 0),
    };

    public static readonly Service Db = new() { Id = "db2service", Version = new(9), Spec = new() { Name = "db", Mode = new() { Global = new() }, TaskTemplate = new() { ContainerSpec = new() { Image = "pg" } } } };

    public static readonly Secret Password = new()
    {
        Id = "sec1",
        Version = new(11),
        CreatedAt = Timestamp.From(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(5.5)),
        UpdatedAt = Timestamp.From(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(3.5)),
        Spec = new() { Name = "db-password", Labels = new([new("team", "a")]) },
    };

    public static readonly Config Conf = new() { Id = "conf1", Version = new(12), Spec = new() { Name = "app.conf", Data = new("mode = fäst"u8.ToArray()) } };

    public static readonly NetworkResource Back = new()
    {
        Id = "net1",
        Name = "back",
        Driver = "overlay",
        Scope = "swarm",
        Attachable = true,
        Labels = new([new("team", "a")]),
        IPAM = new() { Driver = "default", Config = [new("10.0.1.0/24", null, "10.0.1.1")] },
        Options = new([new(NetworkOptions.Vni, "4097")]),
    };

    public static readonly Node Box = new()
    {
        Id = "n1",
        Version = new(3),
        Spec = new() { Role = NodeRole.Manager, Availability = NodeAvailability.Active, Labels = new([new("zone", "a")]) },
        Description = new() { Hostname = "box", Engine = new() { EngineVersion = "20.10.24" }, Resources = new() { NanoCPUs = 2_000_000_000, MemoryBytes = 1 << 30 } },
        Status = new() { State = NodeState.Ready, Addr = "127.0.0.1" },
        ManagerStatus = new() { Leader = true, Reachability = Reachability.Reachable },
    };

    public static readonly Node Far = new()
    {
        Id = "n2",
        Version = new(5),
        Spec = new() { Role = NodeRole.Worker },
        Description = new() { Hostname = "far" },
        Status = new() { State = NodeState.Ready },
    };

    public static SwarmPS.Model.SwarmTask Task(string id, ulong slot, TaskState state, int minutes, string? error = null) => new()
    {
        Id = id,
        ServiceId = Web.Id,
        NodeId = Box.Id,
        Slot = slot,
        CreatedAt = Timestamp.From(DateTimeOffset.UnixEpoch.AddMinutes(minutes)),
        DesiredState = state > TaskState.Running ? TaskState.Shutdown : TaskState.Running,
        Spec = Web.Spec.TaskTemplate,
        Status = new()
        {
            State = state,
            Timestamp = Timestamp.From(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(5.5)),
            Err = error,
            ContainerStatus = new() { ContainerId = "c" + id, ExitCode = 137 },
        },
    };
}
