using SwarmPS.Model;
using SwarmPS.Notation;
using SwarmPS.Orchestration;
using SwarmPS.Scheduling;
using SwarmPS.Store;

namespace SwarmPS.Simulation;

/// <summary>People who create, change and remove services and look after nodes, at random.</summary>
internal sealed class SimUsers(Random random, SimCluster cluster)
{
    private int names;

    public void Act()
    {
        do
            ActOnce();
        while (random.Next(3) == 0);
    }

    /// <summary>Several act at the same time, now and then.</summary>
    private void ActOnce()
    {
        var services = cluster.State.Services.All.OrderBy(service => service.Id, StringComparer.Ordinal).ToList();
        if (services.Count == 0 || (services.Count < 4 && random.Next(5) == 0))
            Create();
        else if (random.Next(4) == 0)
            ChangeNodes();
        else
            Change(services[random.Next(services.Count)]);
    }

    private ulong NextVersion => cluster.State.Version + 1;

    private void Create()
    {
        var id = $"s{++names:D4}";
        var spec = new ServiceSpec
        {
            Name = id,
            // Delays that grow no longer than a swarm is watched for being at rest.
            Labels = new([new(RestartBackoff.Label, random.Next(3) == 0 ? RestartBackoff.Off : "40s")]),
            Mode = Mode(),
            TaskTemplate = new()
            {
                ContainerSpec = new() { Image = "v1" },
                RestartPolicy = Policy(),
                Placement = Place(),
                Resources = Resources(),
            },
            UpdateConfig = Config(),
            RollbackConfig = Config(),
            EndpointSpec = random.Next(6) == 0
                ? new() { Ports = [new() { TargetPort = 80, PublishedPort = (uint)(8000 + random.Next(3)), PublishMode = PublishMode.Host }] }
                : null,
        };
        var service = ServiceUpdates.Create(id, spec, NextVersion, cluster.Store.Now);
        cluster.Specs.Created(service);
        cluster.Store.Put(service);
    }

    private void Change(Service service)
    {
        var template = service.Spec.TaskTemplate;
        switch (random.Next(15))
        {
            case 0 when service.PreviousSpec is not null:
                var back = ServiceUpdates.Rollback(service, NextVersion, cluster.Store.Now);
                cluster.Specs.RolledBack(back);
                cluster.Store.Put(back);
                break;
            case 1:
                cluster.Specs.Removed(service.Id);
                cluster.Store.Delete(service);
                break;
            case 2:
                Apply(service, service.Spec with { UpdateConfig = Config() });
                break;
            case 3:
                Apply(service, service.Spec with { TaskTemplate = template with { Placement = Place() } });
                break;
            case 4:
                Apply(service, service.Spec with { TaskTemplate = template with { ForceUpdate = template.ForceUpdate + 1 } });
                break;
            case 5 or 6:
                Apply(service, service.Spec with { TaskTemplate = template with { ContainerSpec = new() { Image = $"v{random.Next(5)}" } } });
                break;
            case 7 when service.UpdateStatus is not null:
                cluster.Store.Put(ServiceUpdates.Pause(service));
                break;
            case 8 when service.UpdateStatus is not null:
                cluster.Store.Put(ServiceUpdates.Resume(service, cluster.Store.Now));
                break;
            case 10 when Moves.AreAllowed(service):
                var moves = new Rebalancing(cluster.State, cluster.Store.Now).Plan(service).Select(move => (move.TaskId, move.NodeId));
                cluster.Store.Commit(Moves.Begin(cluster.State, service, moves.ToList(), cluster.Store.Now, cluster.NewId));
                break;
            case 9:
                Apply(service, service.Spec with { TaskTemplate = template with { RestartPolicy = Policy(), Resources = Resources() }, RollbackConfig = Config() });
                break;
            default:
                if (service.Spec.Mode!.ReplicatedJob is not null)
                    Apply(service, service.Spec with { Mode = Job() });
                else if (service.Spec.Mode.Replicated is not null)
                    Apply(service, service.Spec with { Mode = new() { Replicated = new((ulong)random.Next(8)) } });
                break;
        }
    }

    private void ChangeNodes()
    {
        var nodes = cluster.State.Nodes.All.OrderBy(node => node.Id, StringComparer.Ordinal).ToList();
        var node = nodes[random.Next(nodes.Count)];
        switch (random.Next(7))
        {
            case 0 when nodes.Count < 7:
                cluster.AddNode();
                break;
            case 1 when nodes.Count > 1 && node.Status.State == NodeState.Down:
                cluster.RemoveNode(node);
                break;
            case 2:
                cluster.Store.Put(node with { Spec = node.Spec with { Labels = new([new("zone", random.Next(2) == 0 ? "a" : "b")]) } });
                break;
            case 3:
                cluster.Store.Put(node with { Description = node.Description! with { Resources = new() { NanoCPUs = 8_000_000_000, MemoryBytes = random.Next(4, 12) * (1L << 30) } } });
                break;
            case 4:
                cluster.Store.Put(new SwarmObject
                {
                    Id = "swarm",
                    Spec = new() { Orchestration = new(random.Next(-1, 6)), Labels = new([new(RebalanceBudget.Label, $"{random.Next(4)}")]) },
                });
                break;
            default:
                var availability = random.Next(2) == 0 ? NodeAvailability.Active : (NodeAvailability)random.Next(3);
                cluster.Store.Put(node with { Spec = node.Spec with { Availability = availability } });
                break;
        }
    }

    private void Apply(Service service, ServiceSpec spec)
    {
        cluster.Specs.Updated(service, spec);
        cluster.Store.Put(ServiceUpdates.Apply(service, spec, NextVersion, cluster.Store.Now));
    }

    private ResourceRequirements? Resources() => random.Next(3) == 0 ? new() { Reservations = new() { MemoryBytes = random.Next(1, 5) * (1L << 30) } } : null;

    private ServiceMode Mode() => random.Next(8) switch
    {
        0 or 1 => new() { Global = new() },
        2 => new() { GlobalJob = new() },
        3 => Job(),
        _ => new() { Replicated = new((ulong)random.Next(7)) },
    };

    private ServiceMode Job() => new() { ReplicatedJob = new((ulong)random.Next(1, 4), (ulong)random.Next(1, 7)) };

    private RestartPolicy? Policy() => random.Next(4) == 0 ? null : new()
    {
        Condition = random.Next(4) switch { 0 => RestartCondition.OnFailure, 1 => RestartCondition.None, _ => RestartCondition.Any },
        Delay = random.Next(2) == 0 ? null : TimeSpan.FromSeconds(random.NextDouble() * 10),
        MaxAttempts = random.Next(4) == 0 ? (ulong)random.Next(1, 5) : null,
        Window = random.Next(4) == 0 ? TimeSpan.FromSeconds(random.Next(1, 60)) : null,
    };

    private Placement? Place() => random.Next(4) switch
    {
        0 => new() { Constraints = ["node.labels.zone == a"] },
        1 => new() { Preferences = [new(new("node.labels.zone"))] },
        2 => new() { MaxReplicas = (ulong)random.Next(1, 4) },
        _ => null,
    };

    private UpdateConfig? Config() => random.Next(4) == 0 ? null : new()
    {
        Parallelism = (ulong)random.Next(4),
        Delay = random.Next(2) == 0 ? null : TimeSpan.FromSeconds(random.Next(5)),
        FailureAction = (UpdateFailureAction)random.Next(3),
        Monitor = random.Next(2) == 0 ? null : TimeSpan.FromSeconds(random.Next(1, 10)),
        MaxFailureRatio = random.Next(2) * random.NextDouble(),
        Order = (UpdateOrder)random.Next(2),
    };
}
