using System.Diagnostics;
using System.Text;
using Newtonsoft.Json.Linq;

namespace SwarmPS.Bench.Cluster;

/// <summary>
/// Clients that want to write while the leader is lost: every 100 ms another one asks one of the managers that are left, whatever
/// became of those before it. The first config that is made counts.
/// </summary>
internal static class FirstWrite
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static int made;

    /// <summary>When the first write was accepted, by a clock that was started with the fault.</summary>
    public static async Task<TimeSpan> AcceptedAsync(LabSwarm swarm, IReadOnlyList<string> left, Stopwatch sinceFault)
    {
        using var stop = new CancellationTokenSource(Patience);
        var accepted = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        List<Task> asked = [];
        using var tick = new PeriodicTimer(Interval);
        for (var i = 0; !accepted.Task.IsCompleted; i++)
        {
            asked.Add(AskAsync(swarm.On(left[i % left.Count]), sinceFault, accepted, stop.Token));
            await Task.WhenAny(accepted.Task, tick.WaitForNextTickAsync(stop.Token).AsTask());
            stop.Token.ThrowIfCancellationRequested();
        }
        await stop.CancelAsync();
        await Task.WhenAll(asked);
        return await accepted.Task;
    }

    /// <summary>Removes what was written.</summary>
    public static async Task RemoveAsync(LabSwarm swarm, string at)
    {
        foreach (var config in await swarm.On(at).GetAsync("configs"))
            await swarm.On(at).DeleteAsync($"configs/{(string)config["ID"]!}");
    }

    private static async Task AskAsync(UnixHttp api, Stopwatch sinceFault, TaskCompletionSource<TimeSpan> accepted, CancellationToken stop)
    {
        var body = new { Name = $"bench-{Interlocked.Increment(ref made)}", Data = Convert.ToBase64String(Encoding.UTF8.GetBytes("written while the leader was lost")), Labels = new JObject() };
        try
        {
            await api.PostAsync("configs/create", body, stop);
            accepted.TrySetResult(sinceFault.Elapsed);
        }
        catch (Exception refused) when (refused is InvalidOperationException or HttpRequestException or OperationCanceledException)
        {
            // The next one asks again.
        }
    }
}
