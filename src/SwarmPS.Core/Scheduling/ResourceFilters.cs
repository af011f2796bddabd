using System.Globalization;
using SwarmPS.Model;
using SwarmPS.Notation;

namespace SwarmPS.Scheduling;

/// <summary>The node has free what the task reserves.</summary>
internal sealed class ResourceFilter : NodeFilter
{
    private readonly TaskResources wanted;
    private readonly Refusal processors;
    private readonly Refusal memory;

    private ResourceFilter(TaskResources wanted)
    {
        this.wanted = wanted;
        processors = Lack(string.Create(CultureInfo.InvariantCulture, $"{wanted.NanoCPUs / 1e9m:0.###} {(wanted.NanoCPUs == 1_000_000_000 ? "CPU" : "CPUs")}"));
        memory = Lack(ByteSizes.Format(wanted.MemoryBytes) + " of memory");
    }

    public static ResourceFilter? For(SwarmTask task) => task.Spec.Resources?.Reservations is { } wanted &&
        (wanted.NanoCPUs > 0 || wanted.MemoryBytes > 0 || wanted.GenericResources is { Count: > 0 })
            ? new(wanted)
            : null;

    public override bool DependsOnLoad => true;

    public override Refusal? Check(NodeLoad load)
    {
        if (wanted.NanoCPUs > 0 && load.NanoCpusFree < wanted.NanoCPUs)
            return processors;
        if (wanted.MemoryBytes > 0 && load.MemoryBytesFree < wanted.MemoryBytes)
            return memory;
        foreach (var resource in wanted.GenericResources.OrEmpty())
        {
            if (resource.DiscreteResourceSpec is { } counted && load.Generic.Choose(load.Node, counted.Kind ?? "", counted.Value) is null)
                return Lack(string.Create(CultureInfo.InvariantCulture, $"{counted.Value} {counted.Kind}"));
        }
        return null;
    }

    private static Refusal Lack(string what) => new("lacks " + what, "lack " + what);
}

/// <summary>No other task of the node publishes the same port there.</summary>
internal sealed class HostPortFilter(PortConfig[] ports) : NodeFilter
{
    private readonly Refusal refusal = new("has the host port " + Name(ports) + " in use", "have the host port " + Name(ports) + " in use");

    public static HostPortFilter? For(SwarmTask task) =>
        task.Ports.OrEmpty().Where(NodeLoad.IsFixed).ToArray() is { Length: > 0 } ports ? new(ports) : null;

    public override bool DependsOnLoad => true;

    public override Refusal? Check(NodeLoad load) => Array.Exists(ports, load.HasPort) ? refusal : null;

    private static string Name(PortConfig[] ports) => string.Join(" or ", ports.Select(port => string.Create(
        CultureInfo.InvariantCulture, $"{(port.HostIP is { } address ? PortNotation.Bracketed(address) + ":" : "")}{port.PublishedPort}/{(port.Protocol ?? PortProtocol.Tcp).ToString().ToLowerInvariant()}")));
}
