using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>The secrets and configs that one node has, since tasks of it name them. A task that is to end needs them no more.</summary>
internal sealed class NodePayloads
{
    private readonly Dictionary<string, IReadOnlyList<string>> named = [];
    private readonly Dictionary<string, int> uses = [];
    private readonly HashSet<string> sent = [];
    private readonly HashSet<string> touched = [];

    /// <summary>The node has been told nothing.</summary>
    public void Clear()
    {
        named.Clear();
        uses.Clear();
        sent.Clear();
        touched.Clear();
    }

    /// <summary>A task is new on the node, has changed, or is the node's no more (null).</summary>
    public void Set(string taskId, AssignedTask? task)
    {
        if (named.Remove(taskId, out var before))
            Count(before, -1);
        if (task is not { Desired: < TaskState.Shutdown } || NamedBy(task.Spec.ContainerSpec) is not { Count: > 0 } ids)
            return;
        named[taskId] = ids;
        Count(ids, 1);
    }

    /// <summary>What the node must get now, and what it must forget. What the store has no more is not sent; the node refuses the task then.</summary>
    public (IReadOnlyList<AssignedPayload> New, IReadOnlyList<string> Gone) Settle(Snapshot state)
    {
        if (touched.Count == 0)
            return ([], []);
        List<AssignedPayload> fresh = [];
        List<string> gone = [];
        foreach (var id in touched)
        {
            if (!uses.ContainsKey(id))
            {
                if (sent.Remove(id))
                    gone.Add(id);
            }
            else if (!sent.Contains(id) && Find(state, id) is { } payload)
            {
                sent.Add(id);
                fresh.Add(payload);
            }
        }
        touched.Clear();
        return (fresh, gone);
    }

    private static IReadOnlyList<string> NamedBy(ContainerSpec? container) => container is null or { Secrets: null, Configs: null }
        ? []
        : container.Secrets.OrEmpty().Select(secret => secret.SecretId).Concat(container.Configs.OrEmpty().Select(config => config.ConfigId))
            .OfType<string>().Distinct(StringComparer.Ordinal).ToList();

    private static AssignedPayload? Find(Snapshot state, string id)
    {
        if (state.Secrets.Find(id) is { Data: { } secret } known)
            return new(id, known.Spec.Name ?? "", secret, known.Spec.Templating is not null);
        return state.Configs.Find(id) is { Spec: { Data: { } config } spec } ? new(id, spec.Name ?? "", config, spec.Templating is not null) : null;
    }

    private void Count(IReadOnlyList<string> ids, int by)
    {
        foreach (var id in ids)
        {
            var count = uses.GetValueOrDefault(id) + by;
            if (count == 0)
                uses.Remove(id);
            else
                uses[id] = count;
            touched.Add(id);
        }
    }
}
