using Microsoft.Extensions.Logging;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Daemon.Agent;

/// <summary>
/// Gets images for tasks, each once for all tasks that ask at about the same time. As in Docker's swarm mode an image is pulled
/// even where there is a copy, since a tag may have moved, and the copy serves where pulling fails, but only then.
/// </summary>
internal sealed class ImageStore(IEngine engine, TimeProvider clock, ILogger log, CancellationToken stop)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Image, string? Auth), Fetch> fetches = [];

    /// <summary>Ends when the engine has the image as well as it can; says how pulling went.</summary>
    public Task<PullOutcome> EnsureAsync(string image, RegistryAuth? auth, CancellationToken cancel)
    {
        var name = ImageReferences.WithTag(image);
        lock (gate)
        {
            var now = clock.GetTimestamp();
            foreach (var (key, old) in fetches.Where(entry => !IsFresh(entry.Value, now)).ToList())
                fetches.Remove(key);
            if (!fetches.TryGetValue((name, auth?.Header), out var fetch))
                fetches[(name, auth?.Header)] = fetch = new(Task.Run(() => FetchAsync(name, auth), CancellationToken.None), now);
            return fetch.Outcome.WaitAsync(cancel);
        }
    }

    /// <summary>A pull under way is shared however long it takes; its outcome for a short while; a fault of ours by no one else.</summary>
    private bool IsFresh(Fetch fetch, long now) =>
        !fetch.Outcome.IsCompleted || (fetch.Outcome.IsCompletedSuccessfully && clock.GetElapsedTime(fetch.Begun, now) < Limits.PullFresh);

    private async Task<PullOutcome> FetchAsync(string image, RegistryAuth? auth)
    {
        if (ImageReferences.IsFixed(image) && await engine.HasImageAsync(image, stop).ConfigureAwait(false))
            return PullOutcome.Fine;
        try
        {
            await engine.PullImageAsync(image, auth, stop).ConfigureAwait(false);
            return PullOutcome.Fine;
        }
        catch (EngineException refusal)
        {
            var hasCopy = await engine.HasImageAsync(image, stop).ConfigureAwait(false);
            if (hasCopy)
                log.PullFailedLocalUsed(image, refusal.Message);
            else
                log.PullFailed(image, refusal.Message);
            return new(refusal.Message, hasCopy);
        }
    }

    private readonly record struct Fetch(Task<PullOutcome> Outcome, long Begun);
}

/// <summary>How pulling an image went.</summary>
/// <param name="Failure">Why it failed; null where it did not, or was not needed.</param>
/// <param name="HasCopy">Whether the engine has a copy to use instead.</param>
internal readonly record struct PullOutcome(string? Failure, bool HasCopy)
{
    /// <summary>The engine has the image.</summary>
    public static PullOutcome Fine => new(null, true);
}
