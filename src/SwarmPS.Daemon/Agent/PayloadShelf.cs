using SwarmPS.Daemon.Agent.Containers;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>The secrets and configs that this node's tasks name, in memory alone: after a restart the managers send them anew.</summary>
internal sealed class PayloadShelf
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, AssignedPayload> payloads = [];
    private bool told;
    private TaskCompletionSource changed = NewSignal();

    /// <summary>Takes what tasks may ask for from now on.</summary>
    public void Take(Assignments assignments)
    {
        lock (gate)
        {
            if (assignments.Complete)
                payloads.Clear();
            foreach (var payload in assignments.Payloads)
                payloads[payload.Id] = payload;
            told |= assignments.Complete;
            changed.TrySetResult();
            changed = NewSignal();
        }
    }

    /// <summary>Forgets what no task may ask for any more.</summary>
    public void Drop(Assignments assignments)
    {
        lock (gate)
        {
            foreach (var id in assignments.RemovedPayloads)
                payloads.Remove(id);
        }
    }

    /// <summary>
    /// What a file holds; waited for until the managers have said for the first time what there is. Throws
    /// <see cref="TaskRefusedException"/> where they do not have it.
    /// </summary>
    public async Task<AssignedPayload> GetAsync(TaskFile file, CancellationToken stop)
    {
        while (true)
        {
            Task wait;
            lock (gate)
            {
                if (payloads.TryGetValue(file.Id, out var payload))
                    return payload;
                if (told)
                    throw new TaskRefusedException($"The {file.Kind} {file.Name} is not in the swarm any more, so the task cannot have it as {file.Target}: make it again and update the service.");
                wait = changed.Task;
            }
            await wait.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
