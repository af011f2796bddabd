using SwarmPS.Model;

namespace SwarmPS.Daemon.Composition;

/// <summary>
/// Whether a node's certificate names another role than its part has. A level and no event: the certificate may change back before the part
/// has changed, and may differ from the beginning. Thread-safe.
/// </summary>
/// <param name="part">The role of the part.</param>
internal sealed class RoleWatch(NodeRole part)
{
    private readonly Lock gate = new();
    private TaskCompletionSource differs = NewSignal();

    /// <summary>Ends when the two differ.</summary>
    public Task Differs
    {
        get
        {
            lock (gate)
                return differs.Task;
        }
    }

    /// <summary>Takes the role that the certificate names now.</summary>
    public void Set(NodeRole certified)
    {
        lock (gate)
        {
            if (certified != part)
                differs.TrySetResult();
            else if (differs.Task.IsCompleted)
                differs = NewSignal();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
