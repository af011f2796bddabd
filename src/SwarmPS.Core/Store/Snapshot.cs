using System.Collections.Immutable;
using SwarmPS.Model;

namespace SwarmPS.Store;

/// <summary>The whole state of a swarm at one version. Immutable: readers keep it as long as they like and block no one.</summary>
public sealed class Snapshot
{
    /// <summary>The state before the first transaction.</summary>
    public static readonly Snapshot Empty = new();

    private Snapshot()
    {
        Swarms = new();
        Nodes = new();
        Services = new(service => service.Spec.Name ?? "");
        Tasks = new(task => task.ServiceId, task => task.NodeId);
        Networks = new(network => network.Spec.Name ?? "");
        Secrets = new(secret => secret.Spec.Name ?? "");
        Configs = new(config => config.Spec.Name ?? "");
        Requests = RequestLedger.Empty;
    }

    private Snapshot(Snapshot from) =>
        (Version, Swarms, Nodes, Services, Tasks, Networks, Secrets, Configs, Requests) =
        (from.Version, from.Swarms, from.Nodes, from.Services, from.Tasks, from.Networks, from.Secrets, from.Configs, from.Requests);

    /// <summary>Transactions applied so far. Objects carry the version they were last changed at.</summary>
    public ulong Version { get; private init; }

    /// <summary>The swarm itself, or null before it was initialized.</summary>
    public SwarmObject? Swarm => Swarms.All.FirstOrDefault();

    /// <summary>The nodes.</summary>
    public Table<Node> Nodes { get; private init; }

    /// <summary>The services.</summary>
    public Table<Service> Services { get; private init; }

    /// <summary>The tasks.</summary>
    public Table<SwarmTask> Tasks { get; private init; }

    /// <summary>The networks.</summary>
    public Table<Network> Networks { get; private init; }

    /// <summary>The secrets.</summary>
    public Table<Secret> Secrets { get; private init; }

    /// <summary>The configs.</summary>
    public Table<Config> Configs { get; private init; }

    /// <summary>Transactions applied lately.</summary>
    internal RequestLedger Requests { get; private init; }

    private Table<SwarmObject> Swarms { get; init; }

    /// <summary>The service of a name, or null.</summary>
    public Service? ServiceNamed(string name) => Services.Under(0, name).FirstOrDefault();

    /// <summary>The network of a name, or null.</summary>
    public Network? NetworkNamed(string name) => Networks.Under(0, name).FirstOrDefault();

    /// <summary>The secret of a name, or null.</summary>
    public Secret? SecretNamed(string name) => Secrets.Under(0, name).FirstOrDefault();

    /// <summary>The config of a name, or null.</summary>
    public Config? ConfigNamed(string name) => Configs.Under(0, name).FirstOrDefault();

    /// <summary>The tasks of a service, in no order.</summary>
    public IReadOnlyCollection<SwarmTask> TasksOfService(string serviceId) => Tasks.Under(0, serviceId);

    /// <summary>The tasks given to a node, in no order.</summary>
    public IReadOnlyCollection<SwarmTask> TasksOfNode(string nodeId) => Tasks.Under(1, nodeId);

    /// <summary>The object of a kind and id, or null.</summary>
    public StoreObject? Find(ObjectKind kind, string id) => kind switch
    {
        ObjectKind.Swarm => Swarms.Find(id),
        ObjectKind.Node => Nodes.Find(id),
        ObjectKind.Service => Services.Find(id),
        ObjectKind.Task => Tasks.Find(id),
        ObjectKind.Network => Networks.Find(id),
        ObjectKind.Secret => Secrets.Find(id),
        ObjectKind.Config => Configs.Find(id),
    };

    /// <summary>The number of all objects.</summary>
    public int Count => Swarms.Count + Nodes.Count + Services.Count + Tasks.Count + Networks.Count + Secrets.Count + Configs.Count;

    /// <summary>Every object, table by table: what a checkpoint holds.</summary>
    public IEnumerable<StoreObject> AllObjects() =>
        Swarms.All.Cast<StoreObject>().Concat(Nodes.All).Concat(Services.All).Concat(Tasks.All).Concat(Networks.All).Concat(Secrets.All).Concat(Configs.All);

    /// <summary>Request ids applied lately, oldest first: what a checkpoint holds besides the objects.</summary>
    public IEnumerable<RequestId> RecentRequests() => Requests.All();

    /// <summary>The state that a checkpoint holds.</summary>
    public static Snapshot Restore(ulong version, IEnumerable<StoreObject> objects, IEnumerable<RequestId> requests) =>
        new(Empty.With([.. objects.Select(StoreChange.Put)]))
        {
            Version = version,
            Requests = requests.Aggregate(RequestLedger.Empty, (ledger, request) => ledger.Add(request)),
        };

    /// <summary>
    /// The state after a log entry, or null where the entry was computed on another state and so is void.
    /// A transaction that was applied before is passed over. The same on every manager.
    /// </summary>
    public Snapshot? Apply(StoreProposal proposal, List<ObjectChange>? seen)
    {
        if (proposal.BaseVersion != Version)
            return null;
        var state = this;
        foreach (var command in proposal.Commands)
            state = state.Apply(command, seen);
        return state;
    }

    /// <summary>The state after one transaction.</summary>
    internal Snapshot Apply(StoreCommand command, List<ObjectChange>? seen) =>
        Requests.Contains(command.Request) ? this : With(command.Changes, seen).Committed(command.Request);

    /// <summary>A transaction's own view as the state after it.</summary>
    internal Snapshot Committed(RequestId request) => new(this) { Version = Version + 1, Requests = Requests.Add(request) };

    /// <summary>The state as it would be after a transaction, which nobody is told of and which is written nowhere.</summary>
    /// <param name="work">The transaction. What it throws comes out here, as it would of a real one.</param>
    /// <param name="now">When.</param>
    public (Snapshot After, IReadOnlyList<ObjectChange> Changes) Try(Action<StoreTransaction> work, Timestamp now)
    {
        var transaction = new StoreTransaction(this, now, []);
        work(transaction);
        return (new(transaction.View) { Version = Version + 1 }, transaction.Seen);
    }

    /// <summary>The state with changes made, at the same version: a transaction's own view.</summary>
    public Snapshot With(IReadOnlyList<StoreChange> changes, List<ObjectChange>? seen = null)
    {
        if (changes.Count == 0)
            return this;
        seen?.EnsureCapacity(seen.Count + changes.Count);
        var kinds = changes.Select(change => change.Kind).ToHashSet();
        return new(this)
        {
            Swarms = kinds.Contains(ObjectKind.Swarm) ? Swarms.Apply(ObjectKind.Swarm, changes, seen, Version + 1) : Swarms,
            Nodes = kinds.Contains(ObjectKind.Node) ? Nodes.Apply(ObjectKind.Node, changes, seen, Version + 1) : Nodes,
            Services = kinds.Contains(ObjectKind.Service) ? Services.Apply(ObjectKind.Service, changes, seen, Version + 1) : Services,
            Tasks = kinds.Contains(ObjectKind.Task) ? Tasks.Apply(ObjectKind.Task, changes, seen, Version + 1) : Tasks,
            Networks = kinds.Contains(ObjectKind.Network) ? Networks.Apply(ObjectKind.Network, changes, seen, Version + 1) : Networks,
            Secrets = kinds.Contains(ObjectKind.Secret) ? Secrets.Apply(ObjectKind.Secret, changes, seen, Version + 1) : Secrets,
            Configs = kinds.Contains(ObjectKind.Config) ? Configs.Apply(ObjectKind.Config, changes, seen, Version + 1) : Configs,
        };
    }
}

/// <summary>The last request ids that were applied, so that a repeated proposal is applied once. Immutable.</summary>
internal sealed class RequestLedger
{
    /// <summary>Ids kept: far more than can be in flight.</summary>
    private const int Max = 4096;

    internal static readonly RequestLedger Empty = new([], ImmutableQueue<RequestId>.Empty);

    private readonly ImmutableHashSet<RequestId> ids;
    private readonly ImmutableQueue<RequestId> order;

    private RequestLedger(ImmutableHashSet<RequestId> ids, ImmutableQueue<RequestId> order) => (this.ids, this.order) = (ids, order);

    internal bool Contains(RequestId id) => ids.Contains(id);

    internal IEnumerable<RequestId> All() => order;

    internal RequestLedger Add(RequestId id)
    {
        var (kept, queue) = (ids, order);
        if (kept.Count >= Max)
        {
            queue = queue.Dequeue(out var oldest);
            kept = kept.Remove(oldest);
        }
        return new(kept.Add(id), queue.Enqueue(id));
    }
}
