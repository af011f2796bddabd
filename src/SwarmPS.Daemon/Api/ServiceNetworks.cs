using SwarmPS.Allocation;
using SwarmPS.Model;
using SwarmPS.Model.Validation;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api;

/// <summary>What ties services to networks and ports of the swarm.</summary>
internal static class ServiceNetworks
{
    /// <summary>
    /// A spec with the swarm's networks by their ids, so that it means the same ones for ever, and in the template alone: the field of
    /// the service itself is deprecated since API 1.44. Throws <see cref="SwarmException"/> where one is not there.
    /// </summary>
    public static ServiceSpec Resolve(Snapshot state, ServiceSpec spec) => spec with
    {
        Networks = null,
        TaskTemplate = spec.TaskTemplate with { Networks = Resolve(state, spec.TaskTemplate.Networks ?? spec.Networks) },
    };

    /// <summary>The service as it can be reached. Addresses are given a moment later; those that it has stay. Throws <see cref="SwarmException"/> where a port is taken.</summary>
    /// <param name="tx">The transaction, which makes the network of the routing mesh where this is the first use of it.</param>
    /// <param name="service">The service as it is to be.</param>
    /// <param name="newId">Makes an id.</param>
    public static Service WithEndpoint(StoreTransaction tx, Service service, Func<string> newId)
    {
        if (NetworkUse.UsesMesh(service.Spec) && NetworkUse.Ingress(tx.View) is null)
            tx.Put(NetworkAllocation.AllotIngress(tx.View, newId()));
        return service with { Endpoint = PortAllocation.EndpointOf(service, PortAllocation.Allot(tx.View, service)) };
    }

    private static ValueList<NetworkAttachmentConfig>? Resolve(Snapshot state, ValueList<NetworkAttachmentConfig>? attachments)
    {
        var resolved = attachments?.Select(attachment => attachment with { Target = IdOf(state, attachment.Target!) }).ToValueList();
        if (resolved.OrEmpty().GroupBy(attachment => attachment.Target).FirstOrDefault(same => same.Count() > 1) is { Key: { } twice })
            throw SwarmException.Invalid($"network {state.Networks.Find(twice)?.Spec.Name ?? twice} is named twice: name it once, with all of its aliases");
        return resolved;
    }

    private static string IdOf(Snapshot state, string target)
    {
        if (NetworkRules.Predefined.Contains(target))
            return target;
        var network = state.Networks.Find(target) ?? state.NetworkNamed(target) ?? throw SwarmException.NotFound("network", target);
        return network.Spec.Ingress != true ? network.Id : throw SwarmException.Invalid(
            $"rpc error: code = InvalidArgument desc = Service cannot be explicitly attached to the ingress network \"{network.Spec.Name}\": publish a port, and its tasks are on it");
    }
}
