using System.Net;
using System.Net.Sockets;
using SwarmPS.Api;

namespace SwarmPS.Model.Validation;

/// <summary>Which ports a service may publish.</summary>
internal static class PortRules
{
    private const uint PortMax = 65_535;

    public static void Check(EndpointSpec? endpoint, SpecProblems problems)
    {
        var ports = endpoint?.Ports.OrEmpty() ?? [];
        for (var i = 0; i < ports.Count; i++)
        {
            var path = $"EndpointSpec.Ports[{i}]";
            var port = ports[i];
            if (port is null)
            {
                problems.Add(path, "a port cannot be null");
                continue;
            }
            problems.AddUnless(port.TargetPort is > 0 and <= PortMax, path + ".TargetPort", $"{port.TargetPort} is not a port: give a number from 1 to {PortMax}");
            problems.AddUnless(port.PublishedPort <= PortMax, path + ".PublishedPort", $"{port.PublishedPort} is not a port: give a number from 1 to {PortMax}, or nothing to have one chosen");
            var (mode, protocol) = (port.PublishMode ?? PublishMode.Ingress, port.Protocol ?? PortProtocol.Tcp);
            if (ports.Take(i).Any(other => other is not null && (other.PublishMode ?? PublishMode.Ingress) == mode && PublishedPorts.Clash(other, port)))
                problems.Add(path + ".PublishedPort", $"duplicate published ports provided: {port.PublishedPort}/{ApiEnumConverter.Word(protocol)}");
            problems.AddUnless(
                mode is not PublishMode.Ingress || endpoint!.Mode is not EndpointMode.Dnsrr, path,
                "port published with ingress mode can't be used with dnsrr mode: publish it with mode=host, or use the endpoint mode vip");
            problems.AddUnless(
                mode is PublishMode.Ingress || (port.PreserveSource, port.PreferLocal) is (not true, not true), path,
                "PreserveSource and PreferLocal are for ports of the routing mesh: a port with mode=host leads to its own node's task alone, which sees its clients");
            CheckAddress(port, mode, path + ".HostIP", problems);
        }
    }

    private static void CheckAddress(PortConfig port, PublishMode mode, string path, SpecProblems problems)
    {
        if (port.HostIP is null)
            return;
        if (!IPAddress.TryParse(port.HostIP, out var address))
            problems.Add(path, $"'{port.HostIP}' is not an address: give one that nodes have, as 127.0.0.1, or none to publish on all of them");
        else if (mode is PublishMode.Ingress && address.AddressFamily != AddressFamily.InterNetwork)
            problems.Add(path, $"{address} is an IPv6 address, and the routing mesh answers on IPv4 only: publish with mode=host, or on an IPv4 address");
    }
}
