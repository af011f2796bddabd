using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Scheduling;

/// <summary>
/// Nodes by the labels that a group is to be spread over, a level for each preference. Each task goes to the branch that has the
/// fewest tasks of the service and still has room, and within the last branch to the best node.
/// </summary>
internal sealed class SpreadTree : INodeSource
{
    private readonly Branch root;

    public SpreadTree(NodeLoads loads, TaskFilters filters, SwarmTask sample, IReadOnlyList<SpreadLabel> labels, Func<NodeLoad, NodeRank> rank)
    {
        var counts = loads.OfService(sample.ServiceId);
        var nodes = loads.ByLoad.SelectMany(row => row).Where(filters.FitsNode).ToList();
        root = new(nodes, labels, 0, node => counts.GetValueOrDefault(node), rank, filters);
    }

    public NodeLoad? Next() => root.Next();

    /// <summary>What a task's preferences spread over; none that could not be read is stored.</summary>
    public static IReadOnlyList<SpreadLabel> LabelsOf(SwarmTask task)
    {
        List<SpreadLabel> labels = [];
        foreach (var preference in task.Spec.Placement?.Preferences.OrEmpty() ?? ValueList<PlacementPreference>.Empty)
        {
            if (SpreadDescriptors.TryParse(preference.Spread?.SpreadDescriptor ?? "", out var label))
                labels.Add(label);
        }
        return labels;
    }

    private sealed class Branch : INodeSource
    {
        private readonly PriorityQueue<Branch, (int Tasks, int Order)> branches = new();
        private readonly NodeHeap? leaf;
        private int tasks;

        public Branch(List<NodeLoad> nodes, IReadOnlyList<SpreadLabel> labels, int level, Func<NodeLoad, int> count, Func<NodeLoad, NodeRank> rank, TaskFilters filters)
        {
            tasks = nodes.Sum(count);
            if (level == labels.Count)
            {
                leaf = new(nodes, rank, filters);
                return;
            }
            var order = 0;
            foreach (var group in nodes.GroupBy(node => labels[level].BranchOf(node.Node), StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
            {
                var branch = new Branch([.. group], labels, level + 1, count, rank, filters);
                branches.Enqueue(branch, (branch.tasks, order++));
            }
        }

        public NodeLoad? Next()
        {
            if (leaf is not null)
                return Count(leaf.Next());
            while (branches.TryPeek(out var branch, out var rank))
            {
                var node = branch.Next();
                branches.Dequeue();
                if (node is null)
                    continue;
                branches.Enqueue(branch, (branch.tasks, rank.Order));
                return Count(node);
            }
            return null;
        }

        private NodeLoad? Count(NodeLoad? node)
        {
            if (node is not null)
                tasks++;
            return node;
        }
    }
}
