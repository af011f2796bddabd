using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Scheduling;

/// <summary>A task that would be better off on another node.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="NodeId">The node.</param>
public sealed record TaskMove(string TaskId, string NodeId);

/// <summary>
/// Says which tasks of a service to move to nodes that came, or came back, after them. A move is one that makes the spread better: over
/// the branches of the first preference, where that stays the same over those of the next one, and so on to the nodes. So no move
/// worsens it, and moves come to an end.
/// </summary>
/// <param name="state">What is.</param>
/// <param name="now">When.</param>
public sealed class Rebalancing(Snapshot state, Timestamp now)
{
    private readonly NodeLoads loads = LoadsOf(state);

    /// <summary>The moves, the most useful first. Each is good also when those before it are made, of this service and of others.</summary>
    /// <param name="service">A service with a number of replicas.</param>
    /// <param name="movesMax">Moves at most.</param>
    public IReadOnlyList<TaskMove> Plan(Service service, int movesMax = int.MaxValue)
    {
        List<TaskMove> moves = [];
        var movable = Movable(state, service);
        if (movable.Count == 0)
            return moves;
        var sample = movable[0] with { Spec = movable[0].Spec with { Placement = service.Spec.TaskTemplate.Placement } };
        var filters = TaskFilters.For(sample, loads);
        var levels = SpreadTree.LabelsOf(sample);
        var targets = loads.All.Where(load => filters.FitsNode(load) && !load.IsFaultyFor(sample, now)).OrderBy(load => load.Node.Id, StringComparer.Ordinal).ToList();
        while (moves.Count < movesMax && Best(movable, targets, new(loads, service.Id, levels), filters) is { } best)
        {
            moves.Add(new(best.Task.Id, best.To.Node.Id));
            movable.Remove(best.Task);
            // What leaves keeps its resources until it has stopped, and what comes takes its own beside it.
            loads.Put(best.Task with { DesiredState = TaskState.Shutdown });
            loads.Put(sample with { Id = best.Task.Id + "'", NodeId = best.To.Node.Id, DesiredState = TaskState.Running, Status = new() { State = TaskState.Assigned } });
        }
        return moves;
    }

    private static NodeLoads LoadsOf(Snapshot state)
    {
        var loads = new NodeLoads(state.Nodes.Count);
        foreach (var node in state.Nodes.All)
            loads.Put(node);
        foreach (var task in state.Tasks.All)
            loads.Put(task);
        return loads;
    }

    /// <summary>Tasks that run alone in their slots. Those of the highest slots come first, as when a service shrinks.</summary>
    private static List<SwarmTask> Movable(Snapshot state, Service service) =>
    [
        .. state.TasksOfService(service.Id).Where(task => task.DesiredState < TaskState.Shutdown)
            .GroupBy(task => task.Slot).Where(slot => slot.Count() == 1).Select(slot => slot.First())
            .Where(task => task is { DesiredState: TaskState.Running, Status.State: TaskState.Running } && task.SpecVersion == service.SpecVersion)
            .OrderByDescending(task => task.Slot),
    ];

    private static (SwarmTask Task, NodeLoad To)? Best(List<SwarmTask> movable, List<NodeLoad> targets, Spread spread, TaskFilters filters)
    {
        (SwarmTask Task, NodeLoad To)? best = null;
        int[]? gain = null;
        var open = targets.Where(filters.HasRoom).ToList();
        // Tasks of one node are alike.
        var tasks = movable.DistinctBy(task => task.NodeId, StringComparer.Ordinal).ToList();
        if (!spread.HasLevels)
            (tasks, open) = (spread.Fullest(tasks), spread.Emptiest(open));
        foreach (var task in tasks)
        {
            if (spread.Find(task.NodeId) is not { } from)
                continue;
            foreach (var to in open)
            {
                var change = spread.Change(from, to);
                if (Compare(change, null) < 0 && (gain is null || Compare(change, gain) < 0))
                    (best, gain) = ((task, to), change);
            }
        }
        return best;
    }

    /// <summary>The first difference decides; without another one, against no change at all.</summary>
    private static int Compare(int[] change, int[]? other)
    {
        for (var level = 0; level < change.Length; level++)
        {
            if (change[level] != (other?[level] ?? 0))
                return change[level].CompareTo(other?[level] ?? 0);
        }
        return 0;
    }

    /// <summary>How many tasks of the service the branches of each level have, and the nodes as the last one.</summary>
    private sealed class Spread
    {
        private readonly NodeLoads loads;
        private readonly IReadOnlyList<Notation.SpreadLabel> labels;
        private readonly Dictionary<(int Level, string Branch), int> counts = [];

        public Spread(NodeLoads loads, string serviceId, IReadOnlyList<Notation.SpreadLabel> labels)
        {
            (this.loads, this.labels) = (loads, labels);
            foreach (var (load, count) in loads.OfService(serviceId))
            {
                for (var level = 0; level <= labels.Count; level++)
                    counts[(level, BranchOf(load, level))] = counts.GetValueOrDefault((level, BranchOf(load, level))) + count;
            }
        }

        public NodeLoad? Find(string nodeId) => loads.Find(nodeId);

        /// <summary>Whether there is anything to spread over but the nodes.</summary>
        public bool HasLevels => labels.Count > 0;

        /// <summary>The task, of several, whose node has the most of the service: no other one is better to move where only nodes count.</summary>
        public List<SwarmTask> Fullest(List<SwarmTask> tasks) => tasks.Count == 0 ? [] : [tasks.MaxBy(task => counts.GetValueOrDefault((0, task.NodeId)))!];

        /// <summary>The node that has the fewest.</summary>
        public List<NodeLoad> Emptiest(List<NodeLoad> nodes) => nodes.Count == 0 ? [] : [nodes.MinBy(node => counts.GetValueOrDefault((0, node.Node.Id)))!];

        /// <summary>Level by level, half of what a move adds to the sum of the squares of the counts: below 0 the spread gets better.</summary>
        public int[] Change(NodeLoad from, NodeLoad to)
        {
            var change = new int[labels.Count + 1];
            for (var level = 0; level < change.Length; level++)
            {
                var (left, entered) = (BranchOf(from, level), BranchOf(to, level));
                if (left != entered)
                    change[level] = counts.GetValueOrDefault((level, entered)) - counts.GetValueOrDefault((level, left)) + 1;
            }
            return change;
        }

        /// <summary>A branch by its name and those of the branches it is in.</summary>
        private string BranchOf(NodeLoad load, int level) => level == labels.Count
            ? load.Node.Id
            : string.Join('\n', labels.Take(level + 1).Select(label => label.BranchOf(load.Node)));
    }
}
