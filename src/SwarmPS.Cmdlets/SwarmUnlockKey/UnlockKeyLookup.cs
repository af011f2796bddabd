using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmUnlockKey;

/// <summary>The swarm's unlock key.</summary>
internal static class UnlockKeyLookup
{
    /// <summary>The key. Throws <see cref="SwarmFailureException"/> where managers do not lock.</summary>
    public static async Task<SwarmUnlockKeyInfo> GetAsync(SwarmClient swarm, CancellationToken stop)
    {
        var key = await swarm.GetUnlockKeyAsync(stop);
        return key.Length > 0 ? new(key) : throw None();
    }

    /// <summary>There is no key.</summary>
    public static SwarmFailureException None() => new("UnlockKeyNotFound", ErrorCategory.ObjectNotFound,
        "There is no unlock key: this swarm's managers start without one. Set-Swarm -Autolock makes them ask for a key.");
}
