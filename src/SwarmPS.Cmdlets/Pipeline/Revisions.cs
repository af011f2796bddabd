using SwarmPS.Api;

namespace SwarmPS.Cmdlets.Pipeline;

/// <summary>Changes of objects that others change too.</summary>
internal static class Revisions
{
    /// <summary>How often a change is tried anew because another one came first.</summary>
    public const int AttemptsMax = 5;

    /// <summary>Reads, changes and posts; reads again where the object had changed in between.</summary>
    /// <param name="attempt">One attempt, from reading to posting.</param>
    public static async Task<T> RetryAsync<T>(Func<Task<T>> attempt)
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                return await attempt();
            }
            catch (SwarmApiException stale) when (stale.IsOutOfSequence && tried < AttemptsMax)
            {
                // The next attempt reads the newer version.
            }
        }
    }
}
