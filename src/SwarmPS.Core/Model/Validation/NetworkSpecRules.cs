using System.Globalization;
using SwarmPS.Notation;

namespace SwarmPS.Model.Validation;

/// <summary>Which networks the swarm may have.</summary>
internal static class NetworkSpecRules
{
    private const int PrefixMin = 8;
    private const int PrefixMax = 29;
    private const string SerialOption = "com.docker.network.ipam.serial";

    public static void Check(NetworkSpec spec, SpecProblems problems)
    {
        if (ObjectNames.Problem(spec.Name ?? "") is { } wrong)
            problems.Add("Name", wrong);
        else if (NetworkRules.Predefined.Contains(spec.Name!))
            problems.Add("Name", $"operation is not permitted on predefined {spec.Name} network: every engine has one of this name");
        problems.Labels(spec.Labels, "Labels");
        var driver = spec.DriverConfiguration?.Name;
        problems.AddUnless(driver is null or "" or NetworkOptions.Driver, "Driver", $"networks of the swarm are made by the driver {NetworkOptions.Driver}, not by {driver}");
        problems.AddUnless(spec.Scope is null or "" or "swarm", "Scope", $"networks of the driver {NetworkOptions.Driver} have the scope swarm, not {spec.Scope}");
        problems.AddUnless(spec is not { Ingress: true, Attachable: true }, "Attachable", "the network of the routing mesh cannot be attachable");
        if (spec.IPv6Enabled == true)
            problems.Unsupported("EnableIPv6", "IPv6 is not supported yet");
        CheckOptions(spec.DriverConfiguration?.Options.OrEmpty() ?? ValueMap<string>.Empty, problems);
        CheckAddresses(spec.IPAMOptions, problems);
    }

    private static void CheckOptions(ValueMap<string> options, SpecProblems problems)
    {
        foreach (var (name, value) in options)
        {
            var path = $"Options[{name}]";
            switch (name)
            {
                case NetworkOptions.Mtu:
                    problems.AddUnless(IsNumber(value, NetworkOptions.MtuMin, NetworkOptions.MtuMax), path, $"'{value}' is no size of packets: give a number from {NetworkOptions.MtuMin} to {NetworkOptions.MtuMax}");
                    break;
                case NetworkOptions.Vni:
                    problems.AddUnless(IsNumber(value, 1, NetworkOptions.VniMax), path, $"'{value}' is no VXLAN id: give one number from 1 to {NetworkOptions.VniMax}");
                    break;
                case NetworkOptions.Encrypted:
                    problems.AddUnless(value is "" || bool.TryParse(value, out _), path, $"'{value}' is neither true nor false");
                    break;
                default:
                    problems.Add(path, $"the option is unknown: known are {NetworkOptions.Mtu}, {NetworkOptions.Vni} and {NetworkOptions.Encrypted}");
                    break;
            }
        }
    }

    private static bool IsNumber(string? text, uint least, uint most) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most;

    private static void CheckAddresses(IpamOptions? ipam, SpecProblems problems)
    {
        problems.AddUnless(ipam?.Driver?.Name is null or "" or NetworkOptions.IpamDriver, "IPAM.Driver", $"addresses are given by the driver {NetworkOptions.IpamDriver}, not by {ipam?.Driver?.Name}");
        if ((ipam?.Driver?.Options).OrEmpty().Keys.FirstOrDefault(name => name != SerialOption) is { } option)
            problems.Add($"IPAM.Options[{option}]", $"the option is unknown: known is {SerialOption}, which holds in any case");
        var configs = (ipam?.Configs).OrEmpty();
        if (configs.Count > 1)
            problems.Unsupported("IPAM.Config", $"{configs.Count} subnets were given: a network has one");
        else if (configs is [{ } config])
            CheckSubnet(config, problems);
    }

    private static void CheckSubnet(IpamConfig config, SpecProblems problems)
    {
        if (string.IsNullOrEmpty(config.Subnet))
        {
            problems.AddUnless(string.IsNullOrEmpty(config.Gateway) && string.IsNullOrEmpty(config.Range), "IPAM.Config[0].Subnet", "a gateway or a range of addresses needs a subnet that it is in");
            return;
        }
        if (!Subnet.TryParse(config.Subnet, out var subnet) || subnet.PrefixLength is < PrefixMin or > PrefixMax)
        {
            problems.Add("IPAM.Config[0].Subnet", $"'{config.Subnet}' is not a subnet: write it as 10.20.0.0/24, with a length from {PrefixMin} to {PrefixMax}");
            return;
        }
        if (!string.IsNullOrEmpty(config.Gateway))
        {
            var inside = Subnet.TryParseAddress(config.Gateway, out var gateway) && gateway > subnet.First && gateway < subnet.Last;
            problems.AddUnless(inside, "IPAM.Config[0].Gateway", $"'{config.Gateway}' is no address of {subnet} that a gateway can have");
        }
        if (!string.IsNullOrEmpty(config.Range))
            problems.AddUnless(Subnet.TryParse(config.Range, out var range) && subnet.Contains(range), "IPAM.Config[0].IPRange", $"'{config.Range}' is no part of {subnet}");
    }
}
