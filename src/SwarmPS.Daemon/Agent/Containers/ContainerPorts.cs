using System.Globalization;
using Docker.DotNet.Models;
using SwarmPS.Model;
using PortConfig = SwarmPS.Model.PortConfig;

namespace SwarmPS.Daemon.Agent.Containers;

/// <summary>Ports that a task publishes on its own node; those of the routing mesh are not the engine's business.</summary>
internal static class ContainerPorts
{
    /// <summary>Whether a task publishes ports on its own node.</summary>
    public static bool Any(ValueList<PortConfig>? ports) => ports.OrEmpty().Any(IsHost);

    /// <summary>Publishes a task's own ports; the engine chooses where no port is named.</summary>
    public static void Publish(CreateContainerParameters request, HostConfig host, ValueList<PortConfig>? ports)
    {
        Dictionary<string, IList<PortBinding>> bindings = [];
        foreach (var port in ports.OrEmpty().Where(IsHost))
        {
            var inside = string.Create(CultureInfo.InvariantCulture, $"{port.TargetPort}/{Word(port.Protocol)}");
            if (!bindings.TryGetValue(inside, out var outside))
                bindings[inside] = outside = [];
            outside.Add(new() { HostIP = port.HostIP ?? "", HostPort = port.PublishedPort == 0 ? "" : port.PublishedPort.ToString(CultureInfo.InvariantCulture) });
        }
        if (bindings.Count == 0)
            return;
        request.ExposedPorts = bindings.Keys.ToDictionary(port => port, _ => default(EmptyStruct));
        host.PortBindings = bindings;
    }

    private static bool IsHost(PortConfig port) => port.PublishMode == PublishMode.Host;

    private static string Word(PortProtocol? protocol) => (protocol ?? PortProtocol.Tcp) switch
    {
        PortProtocol.Tcp => "tcp",
        PortProtocol.Udp => "udp",
        PortProtocol.Sctp => "sctp",
    };
}
