using SwarmPS.Api;

namespace SwarmPS.Model.Validation;

/// <summary>Which ports a service may publish.</summary>
internal static class PortRules
{
    private const uint PortMax = 65_535;

    public static void Check(EndpointSpec? endpoint, SpecProblems problems)
    {
        var ports = endpoint?.Ports.OrEmpty() ?? [];
        var published = new HashSet<(PublishMode, PortProtocol, uint)>();
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
            if (port.PublishedPort != 0 && !published.Add((mode, protocol, port.PublishedPort)))
                problems.Add(path + ".PublishedPort", $"duplicate published ports provided: {port.PublishedPort}/{ApiEnumConverter.Word(protocol)}");
            problems.AddUnless(
                mode is not PublishMode.Ingress || endpoint!.Mode is not EndpointMode.Dnsrr, path,
                "port published with ingress mode can't be used with dnsrr mode: publish it with mode=host, or use the endpoint mode vip");
        }
    }
}
