using SwarmPS.Api;
using SwarmPS.Model;
using SwarmPS.Model.Validation;

namespace SwarmPS.Daemon.Api;

/// <summary>What clients ask for of a network of the swarm, as a spec.</summary>
internal static class NetworkRequests
{
    /// <summary>The spec. What it has no place for is told by <see cref="Problems"/>.</summary>
    public static NetworkSpec SpecOf(NetworkCreateRequest request) => new()
    {
        Name = request.Name,
        Labels = request.Labels.OrEmpty(),
        DriverConfiguration = new() { Name = request.Driver, Options = request.Options },
        IPv6Enabled = request.EnableIPv6,
        Internal = request.Internal,
        Attachable = request.Attachable,
        Ingress = request.Ingress,
        Scope = "swarm",
        IPAMOptions = request.IPAM is not { } ipam ? null : new()
        {
            Driver = new() { Name = ipam.Driver, Options = ipam.Options },
            Configs = ipam.Config?.Select(config => new IpamConfig(config?.Subnet, config?.IPRange, config?.Gateway)).ToValueList(),
        },
    };

    /// <summary>What a request has that no network of the swarm can have.</summary>
    public static IEnumerable<SpecProblem> Problems(NetworkCreateRequest request)
    {
        if (request.Scope is not (null or "" or "swarm"))
            yield return new("Scope", $"networks of the driver {NetworkOptions.Driver} have the scope swarm, not {request.Scope}");
        if (request.EnableIPv4 == false)
            yield return new("EnableIPv4", "a network without IPv4 is not supported yet", Unsupported: true);
        if (request.ConfigOnly == true || request.ConfigFrom?.Network is { Length: > 0 })
            yield return new("ConfigFrom", "settings are not taken from another network in the swarm: give them to the network itself", Unsupported: true);
        if ((request.IPAM?.Config).OrEmpty().Any(config => config?.AuxiliaryAddresses is { Count: > 0 }))
            yield return new("IPAM.Config[0].AuxiliaryAddresses", "addresses cannot be set aside yet: give a range that they are not in", Unsupported: true);
    }
}
