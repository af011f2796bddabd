using SwarmPS.Model;
using Wire = Docker.DotNet.Models;

namespace SwarmPS.Daemon.Agent.Containers;

/// <summary>
/// Kernel settings of a container's first interface, as <c>net.ipv4.conf.eth0.forwarding</c>. Engines take them with the endpoint
/// since 27.0 (API 1.46), and refuse them among the container's own since 28.0.
/// </summary>
internal static class InterfaceSettings
{
    /// <summary>The first API version that has them with the endpoint.</summary>
    public static readonly Version Since = new(1, 46);

    private const string Option = "com.docker.network.endpoint.sysctls";

    /// <summary>Whether a task asks for any.</summary>
    public static bool AreAsked(ContainerSpec? spec) => spec?.Sysctls?.Keys.Any(IsOfInterface) == true;

    /// <summary>Moves them from the container to its endpoint in the network that it is created on; one without an interface keeps them.</summary>
    public static void MoveToEndpoint(Wire.CreateContainerParameters request)
    {
        if (request.HostConfig is not { Sysctls: { } settings, NetworkMode: not ("host" or "none") } host)
            return;
        var moved = settings.Where(setting => IsOfInterface(setting.Key)).ToList();
        host.Sysctls = settings.Except(moved).ToDictionary();
        request.NetworkingConfig ??= new() { EndpointsConfig = new Dictionary<string, Wire.EndpointSettings> { [host.NetworkMode is { Length: > 0 } mode ? mode : "bridge"] = new() } };
        var endpoint = request.NetworkingConfig.EndpointsConfig!.Values.Single();
        endpoint.DriverOpts = new Dictionary<string, string> { [Option] = string.Join(',', moved.Select(setting => $"{ForEndpoint(setting.Key)}={setting.Value}")) };
    }

    private static bool IsOfInterface(string name) => name.Split('.') is ["net", _, _, "eth0", ..];

    /// <summary>The engine puts the interface's name where this says IFNAME.</summary>
    private static string ForEndpoint(string name) => string.Join('.', name.Split('.').Select((part, at) => at == 3 ? "IFNAME" : part));
}
