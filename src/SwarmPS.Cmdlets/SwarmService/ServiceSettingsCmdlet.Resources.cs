using System.Management.Automation;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Cmdlets.SwarmService;

public abstract partial class ServiceSettingsCmdlet
{
    /// <summary>Processors a task may use.</summary>
    /// <value>no limit</value>
    [Parameter]
    [ValidateRange(0, 1e6)]
    public decimal? LimitCpu { get; set; }

    /// <summary>Memory a task may use: a number of bytes or <c>512m</c>.</summary>
    /// <value>no limit</value>
    [Parameter]
    [ByteSizeTransformation]
    public long? LimitMemory { get; set; }

    /// <summary>Processes and threads a task may have.</summary>
    /// <value>no limit</value>
    [Parameter]
    public long? LimitPids { get; set; }

    /// <summary>Processors a node must have free.</summary>
    /// <value>0</value>
    [Parameter]
    [ValidateRange(0, 1e6)]
    public decimal? ReserveCpu { get; set; }

    /// <summary>Memory a node must have free: a number of bytes or <c>512m</c>.</summary>
    /// <value>0</value>
    [Parameter]
    [ByteSizeTransformation]
    public long? ReserveMemory { get; set; }

    /// <summary>Swap a task may use beside its memory: a number of bytes or <c>512m</c>; -1 is without limit. It needs <c>-LimitMemory</c>.</summary>
    /// <value>as much as memory, by the engine's rule</value>
    [Parameter]
    [ByteSizeTransformation]
    public long? MemorySwap { get; set; }

    /// <summary>How readily memory is swapped, 0 to 100; -1 is as the node has it.</summary>
    /// <value>as the node has it</value>
    [Parameter]
    [ValidateRange(-1, 100)]
    public long? MemorySwappiness { get; set; }

    /// <summary>How readily the kernel ends it when memory is short, -1000 to 1000.</summary>
    /// <value>0</value>
    [Parameter]
    [ValidateRange(-1000, 1000)]
    public long? OomScoreAdj { get; set; }

    /// <summary>Things a node must have free, by their kinds: a hashtable, or texts as <c>gpu=2</c>.</summary>
    /// <value>none</value>
    [Parameter]
    [PairsTransformation]
    [AllowEmptyCollection]
    public string[]? GenericResource { get; set; }

    private ResourceRequirements? ResourcesOf(ResourceRequirements? old)
    {
        var (limits, reservations) = (old?.Limits ?? new(), old?.Reservations ?? new());
        var changed = (old ?? new()) with
        {
            Limits = LimitCpu is null && LimitMemory is null && LimitPids is null ? old?.Limits : limits with
            {
                NanoCPUs = Nano(LimitCpu) ?? limits.NanoCPUs,
                MemoryBytes = LimitMemory ?? limits.MemoryBytes,
                Pids = LimitPids ?? limits.Pids,
            },
            Reservations = ReserveCpu is null && ReserveMemory is null && GenericResource is null ? old?.Reservations : reservations with
            {
                NanoCPUs = Nano(ReserveCpu) ?? reservations.NanoCPUs,
                MemoryBytes = ReserveMemory ?? reservations.MemoryBytes,
                GenericResources = GenericResource is null ? reservations.GenericResources : GenericResource.Select(GenericResources.Parse).ToValueList(),
            },
            SwapBytes = MemorySwap ?? old?.SwapBytes,
            MemorySwappiness = MemorySwappiness ?? old?.MemorySwappiness,
        };
        return old is null && changed == new ResourceRequirements() ? null : changed;
    }

    private static long? Nano(decimal? cpus) => cpus is null ? null : (long)(cpus.Value * 1_000_000_000m);
}
