using System.Globalization;
using System.Net;
using SwarmPS.Api;

namespace SwarmPS.Cmdlets.SwarmServiceLog;

/// <summary>Names of tasks and nodes for log lines, asked for as they come up: while one follows, new tasks appear.</summary>
internal sealed class TaskNames(SwarmClient swarm, string service)
{
    private readonly Dictionary<string, string> tasks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> nodes = new(StringComparer.Ordinal);

    /// <summary>A task's name: <c>web.1.abc</c>; its id where it is gone.</summary>
    public async Task<string> TaskAsync(string id, CancellationToken stop)
    {
        if (!tasks.TryGetValue(id, out var name))
        {
            tasks[id] = name = await AskAsync(id, async () =>
            {
                var task = await swarm.GetTaskAsync(id, stop);
                return $"{service}.{(task.Slot == 0 ? task.NodeId : task.Slot.ToString(CultureInfo.InvariantCulture))}.{id}";
            });
        }
        return name;
    }

    /// <summary>A node's name; its id where it is gone.</summary>
    public async Task<string> NodeAsync(string id, CancellationToken stop)
    {
        if (!nodes.TryGetValue(id, out var name))
            nodes[id] = name = await AskAsync(id, async () => (await swarm.GetNodeAsync(id, stop)).Description?.Hostname ?? id);
        return name;
    }

    private static async Task<string> AskAsync(string id, Func<Task<string>> ask)
    {
        try
        {
            return id.Length == 0 ? id : await ask();
        }
        catch (SwarmApiException gone) when (gone.Status == HttpStatusCode.NotFound)
        {
            return id;
        }
    }
}
