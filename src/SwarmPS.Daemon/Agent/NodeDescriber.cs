using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>Holds what the node says of itself, and tells when that has changed.</summary>
internal sealed class NodeDescriber
{
    private readonly Lock gate = new();
    private NodeDescription? latest;
    private TaskCompletionSource known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource outdated = new();

    /// <summary>What the node says of itself, or null before it is known.</summary>
    public NodeDescription? Latest
    {
        get
        {
            lock (gate)
                return latest;
        }
    }

    /// <summary>Takes what the node says of itself now; false where that is nothing new.</summary>
    public bool Set(NodeDescription said)
    {
        CancellationTokenSource old;
        lock (gate)
        {
            if (said == latest)
                return false;
            old = outdated;
            (latest, outdated) = (said, new());
            known.TrySetResult();
        }
        old.Cancel();
        old.Dispose();
        return true;
    }

    /// <summary>Waits until the description is known; gives it with a token that is cancelled when there is a newer one.</summary>
    public async Task<(NodeDescription Description, CancellationToken Outdated)> NextAsync(CancellationToken stop)
    {
        await known.Task.WaitAsync(stop).ConfigureAwait(false);
        lock (gate)
            return (latest!, outdated.Token);
    }

    /// <summary>The engine has come into reach: it should be asked.</summary>
    public void Ask()
    {
        lock (gate)
            asked.TrySetResult();
    }

    /// <summary>Waits until the engine should be asked.</summary>
    public async Task AskedAsync(CancellationToken stop)
    {
        Task wait;
        lock (gate)
            wait = asked.Task;
        await wait.WaitAsync(stop).ConfigureAwait(false);
        lock (gate)
            asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
