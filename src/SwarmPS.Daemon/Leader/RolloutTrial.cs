using System.Globalization;
using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Leader;

/// <summary>
/// Plays through, on a copy of the state, what the leader would decide for one service: the leader's own rounds, on nodes that do at
/// once what they are told and where nothing fails. Nothing of it is written.
/// </summary>
internal sealed class RolloutTrial
{
    /// <summary>Looks at a task, after which a trial is cut: it must not keep a manager busy.</summary>
    private const int LooksMax = 400_000;

    private const int RoundsMax = 1_000;

    /// <summary>Waits in a row that nothing came of.</summary>
    private const int VainWaitsMax = 5;

    private readonly string serviceId;
    private readonly ControlRound round;
    private readonly Dictionary<string, int> begun = new(StringComparer.Ordinal);
    private readonly List<string> created = [];
    private Timestamp now;
    private int ids;

    private RolloutTrial(Snapshot state, string serviceId, Timestamp now)
    {
        (this.serviceId, this.now, State) = (serviceId, now, state);
        round = new(() => string.Create(CultureInfo.InvariantCulture, $"planned {++ids:D9}")) { ChangesMax = int.MaxValue };
    }

    /// <summary>The state in the end.</summary>
    public Snapshot State { get; private set; }

    /// <summary>Whether the trial ended before the rollout did.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Tasks that came to be, in their order.</summary>
    public IReadOnlyList<string> Created => created;

    /// <summary>The round in which a task was made or, where it was there before, told to stop; null where neither.</summary>
    public int? BegunAt(string taskId) => begun.TryGetValue(taskId, out var at) ? at : null;

    /// <summary>Plays a state through that has the service as it is wanted.</summary>
    public static RolloutTrial Run(Snapshot state, string serviceId, Timestamp now)
    {
        var trial = new RolloutTrial(state, serviceId, now);
        trial.Run();
        return trial;
    }

    private void Run()
    {
        round.ResetTo(serviceId, State, now);
        List<ObjectChange> news = [];
        var (vain, looks) = (0, 0);
        for (var number = 0; ; number++)
        {
            looks += 1 + State.TasksOfService(serviceId).Count;
            if (IsCut = number >= RoundsMax || looks > LooksMax)
                return;
            var decided = round.Decide(State, news, now);
            news = [.. Make(decided)];
            Note(news, number);
            news.AddRange(Make([.. State.TasksOfService(serviceId).Select(Obey).OfType<StoreChange>()]));
            if (news.Count > 0)
                vain = 0;
            else if (!round.HasWork(now) && !Wait(ref vain))
                return;
        }
    }

    private IReadOnlyList<ObjectChange> Make(IReadOnlyCollection<StoreChange> changes)
    {
        if (changes.Count == 0)
            return [];
        (State, var made) = State.Try(transaction => transaction.Apply(changes), now);
        return made;
    }

    private void Note(IEnumerable<ObjectChange> changes, int number)
    {
        foreach (var change in changes)
        {
            if (change.New is not SwarmTask task || task.ServiceId != serviceId)
                continue;
            if (change.Old is null)
                created.Add(task.Id);
            if (change.Old is null || task.DesiredState >= TaskState.Shutdown)
                begun.TryAdd(task.Id, number);
        }
    }

    /// <summary>What a node makes of what it is told of a task; null where there is nothing to do, or nobody to do it.</summary>
    private StoreChange? Obey(SwarmTask task)
    {
        if (task.Status.State is < TaskState.Assigned or > TaskState.Running || State.Nodes.Find(task.NodeId)?.Status.IsConnected != true)
            return null;
        var reached = task.DesiredState >= TaskState.Shutdown ? TaskState.Shutdown : task.DesiredState;
        return reached <= task.Status.State ? null : StoreChange.Put(task with { Status = task.Status with { State = reached, Timestamp = now } });
    }

    /// <summary>Passes the time to when something is due; false where nothing more will come.</summary>
    private bool Wait(ref int vain)
    {
        var isUnderWay = State.Services.Find(serviceId)?.UpdateStatus?.State is UpdateState.Updating or UpdateState.RollbackStarted ||
            State.TasksOfService(serviceId).Any(task => task.DesiredState < TaskState.Running);
        if (!isUnderWay || round.WakeAt is not { } due || ++vain > VainWaitsMax)
            return false;
        now = due > now ? due : now;
        return true;
    }
}
