using SwarmPS.Model;
using Wire = Docker.DotNet.Models;

namespace SwarmPS.Daemon.Agent.Containers;

/// <summary>
/// What a container may use. Reservations are not for the engine: they count when a node is chosen, and a soft limit made of
/// them would throttle a task that does nothing wrong.
/// </summary>
internal static class ContainerResources
{
    /// <summary>Sets limits; nothing said leaves the engine's defaults.</summary>
    public static void Apply(Wire.HostConfig host, ResourceRequirements? resources, ContainerSpec spec)
    {
        host.OomScoreAdj = spec.OomScoreAdj;
        host.Ulimits = spec.Ulimits is { Count: > 0 } limits
            ? limits.Select(limit => new Wire.Ulimit { Name = limit.Name ?? "", Hard = limit.Hard, Soft = limit.Soft }).ToList()
            : null!;
        if (resources is null)
            return;
        host.NanoCPUs = resources.Limits?.NanoCPUs ?? 0;
        host.Memory = resources.Limits?.MemoryBytes ?? 0;
        host.PidsLimit = resources.Limits?.Pids is > 0 and var pids ? pids : null;
        host.MemorySwap = Swap(host.Memory, resources.SwapBytes);
        host.MemorySwappiness = resources.MemorySwappiness;
    }

    /// <summary>The engine counts memory and swap together; without a limit of memory there is none of swap either.</summary>
    private static long Swap(long memory, long? swap) => swap switch
    {
        null => 0,
        -1 => -1,
        _ when memory > 0 => memory + swap.Value,
        _ => 0,
    };
}
