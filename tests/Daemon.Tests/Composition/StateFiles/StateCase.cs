using SwarmPS.Daemon.Composition;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Composition.StateFiles;

/// <summary>Starts a daemon's parts on a copy of a data root, and judges what comes of it.</summary>
/// <param name="engine">The socket of an engine.</param>
internal sealed class StateCase(string engine)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly string[] Advice = ["Put back a copy", "Restore it from a backup"];

    /// <summary>What a node has that starts on an undamaged copy.</summary>
    public async Task<IReadOnlyList<string>> ViewAsync(string root)
    {
        var copy = StateNode.Copy(root);
        try
        {
            return await StartAsync(copy, tasks: null);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    /// <summary>Damages a copy and starts on it; gives what is wrong with the outcome, or null.</summary>
    public async Task<string?> RunAsync(string root, FileDamage damage, IReadOnlyList<string> before)
    {
        var copy = StateNode.Copy(root);
        try
        {
            damage.Apply(copy);
            var isAgents = damage.File.StartsWith("agent.db", StringComparison.Ordinal);
            var after = await StartAsync(copy, isAgents ? [.. before.Where(line => line.StartsWith(StateView.KeptTask, StringComparison.Ordinal))] : null);
            return after.SequenceEqual(before)
                ? null
                : $"it runs without [{string.Join("; ", before.Except(after).Take(3))}], and with [{string.Join("; ", after.Except(before).Take(3))}]";
        }
        catch (DataException refusal)
        {
            return Names(refusal.Message, damage.File) && Advice.Any(refusal.Message.Contains) ? null : $"it refuses without the file or advice: {refusal.Message}";
        }
        catch (Exception fault)
        {
            return fault.ToString();
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    private async Task<IReadOnlyList<string>> StartAsync(string root, IReadOnlyList<string>? tasks)
    {
        List<string> view = [];
        await using (var node = new StateNode(root, engine))
        {
            await node.ResumeAsync();
            view.Add($"state {node.Membership.State}");
            view.AddRange(StateView.OfNode(node.Directory));
            if (node.Member.Quorum is { } quorum)
            {
                using var late = new CancellationTokenSource(Patience);
                await quorum.CatchUpAsync(late.Token);
                view.AddRange(StateView.OfStore(node.Member.Store.Current));
            }
            // What the agent's file has lost, the managers assign again.
            if (tasks is not null)
                await TestNodes.UntilAsync(() => StateView.OfRunningAgent(node.Directory).SequenceEqual(tasks), () => "the agent's tasks do not come back");
        }
        view.AddRange(StateView.OfAgent(new(root)));
        return view;
    }

    /// <summary>The log is told by its folder, and the files beside a database by its own.</summary>
    private static bool Names(string message, string file) =>
        message.Contains(Path.GetFileName(file).Replace("-wal", "").Replace("-shm", ""), StringComparison.Ordinal)
        || (file.StartsWith("raft", StringComparison.Ordinal) && message.Contains("/raft", StringComparison.Ordinal));
}
