using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmNetwork;

/// <summary>A network of the swarm.</summary>
public sealed record SwarmNetworkInfo
{
    internal SwarmNetworkInfo(NetworkResource network, IEnumerable<Service> services)
    {
        Id = network.Id;
        Name = network.Name ?? "";
        Driver = network.Driver ?? "";
        Scope = network.Scope ?? "";
        var config = (network.IPAM?.Config).OrEmpty() is [{ } first, ..] ? first : new();
        Subnet = config.Subnet ?? "";
        IPRange = config.IPRange ?? "";
        Gateway = config.Gateway ?? "";
        Internal = network.Internal;
        Attachable = network.Attachable;
        Ingress = network.Ingress;
        Options = Dictionaries.Of(network.Options);
        Labels = Dictionaries.Of(network.Labels);
        CreatedAt = network.Created.ToLocalTime();
        Services = [.. services.Where(service => Uses(service.Spec)).Select(service => service.Spec.Name ?? service.Id).Order(StringComparer.Ordinal)];
    }

    /// <summary>The network's id.</summary>
    public string Id { get; }

    /// <summary>The network's name.</summary>
    public string Name { get; }

    /// <summary>What makes it.</summary>
    public string Driver { get; }

    /// <summary>How far it reaches.</summary>
    public string Scope { get; }

    /// <summary>Its subnet, with the prefix length.</summary>
    public string Subnet { get; }

    /// <summary>The part of the subnet that addresses are given from; empty for all of it.</summary>
    public string IPRange { get; }

    /// <summary>Its gateway, as docker shows it.</summary>
    public string Gateway { get; }

    /// <summary>Whether nothing leads out of the swarm.</summary>
    public bool Internal { get; }

    /// <summary>Whether containers that are no tasks may join.</summary>
    public bool Attachable { get; }

    /// <summary>Whether it is the network of the routing mesh.</summary>
    public bool Ingress { get; }

    /// <summary>The driver's options, with the VXLAN id that the network got.</summary>
    public IDictionary<string, string> Options { get; }

    /// <summary>Its labels.</summary>
    public IDictionary<string, string> Labels { get; }

    /// <summary>When it was made, in local time.</summary>
    public DateTime CreatedAt { get; }

    /// <summary>The names of the services whose tasks are on it; of the routing mesh's network those that publish a port on every node.</summary>
    public string[] Services { get; }

    private bool Uses(ServiceSpec service) =>
        Ingress ? NetworkUse.UsesMesh(service) : NetworkUse.SwarmNetworks(service).Any(target => target == Id || target == Name);
}
