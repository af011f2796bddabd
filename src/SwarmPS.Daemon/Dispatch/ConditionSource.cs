namespace SwarmPS.Daemon.Dispatch;

/// <summary>Holds a node's latest condition, and tells when there is another.</summary>
public sealed class ConditionSource
{
    private readonly Lock gate = new();
    private NodeCondition latest = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The latest condition, and what ends when there is another.</summary>
    public (NodeCondition Condition, Task Changed) Present
    {
        get
        {
            lock (gate)
                return (latest, changed.Task);
        }
    }

    /// <summary>Takes what is so now; nothing happens where that was so before.</summary>
    public void Set(NodeCondition condition)
    {
        lock (gate)
        {
            if (condition == latest)
                return;
            latest = condition;
            changed.SetResult();
            changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
