using SwarmPS.Model;
using SwarmPS.Model.Validation;

namespace SwarmPS.Tests.Model;

public sealed class NetworkValidationTests
{
    [Theory]
    [InlineData("back", "10.20.0.0/24", "10.20.0.128/25", "10.20.0.9", null, null)]
    [InlineData("back", null, null, null, NetworkOptions.Mtu, "1400")]
    [InlineData("back", null, null, null, NetworkOptions.Vni, "5000")]
    [InlineData("back", null, null, null, NetworkOptions.Encrypted, "")]
    [InlineData("back", null, null, null, NetworkOptions.Encrypted, "true")]
    [InlineData("back", null, null, null, NetworkOptions.Encrypted, "false")]
    public void WhatNetworksMayBe_IsTaken(string name, string? subnet, string? range, string? gateway, string? option, string? value) =>
        Assert.Empty(Check(name, subnet, range, gateway, option, value));

    [Theory]
    [InlineData("-x", null, null, null, null, null, "valid as a DNS name component")]
    [InlineData("bridge", null, null, null, null, null, "predefined bridge network")]
    [InlineData("back", "10.20.0.1/24", null, null, null, null, "is not a subnet")]
    [InlineData("back", "10.20.0.0/30", null, null, null, null, "is not a subnet")]
    [InlineData("back", "fd00::/64", null, null, null, null, "is not a subnet")]
    [InlineData("back", "10.20.0.0/24", "10.21.0.0/25", null, null, null, "no part of 10.20.0.0/24")]
    [InlineData("back", "10.20.0.0/24", null, "10.20.0.255", null, null, "no address of 10.20.0.0/24")]
    [InlineData("back", null, null, "10.20.0.1", null, null, "needs a subnet")]
    [InlineData("back", null, null, null, NetworkOptions.Mtu, "20", "no size of packets")]
    [InlineData("back", null, null, null, NetworkOptions.Vni, "1,2", "no VXLAN id")]
    [InlineData("back", null, null, null, "speed", "high", "the option is unknown")]
    [InlineData("back", null, null, null, NetworkOptions.Encrypted, "aes", "neither true nor false")]
    public void WhatTheyMayNot_IsRefused(string name, string? subnet, string? range, string? gateway, string? option, string? value, string expected) =>
        Assert.Contains(expected, Assert.Single(Check(name, subnet, range, gateway, option, value)).Message, StringComparison.Ordinal);

    [Fact]
    public void EverythingThatIsWrong_IsSaidAtOnce()
    {
        var problems = SpecValidation.Check(new NetworkSpec
        {
            Name = "back",
            Scope = "local",
            IPv6Enabled = true,
            Ingress = true,
            Attachable = true,
            DriverConfiguration = new() { Name = "macvlan" },
            IPAMOptions = new() { Driver = new() { Name = "dhcp", Options = new([new("fast", "1")]) }, Configs = [new("10.0.0.0/24"), new("10.1.0.0/24")] },
        });
        Assert.Equal(["Driver", "Scope", "Attachable", "EnableIPv6", "IPAM.Driver", "IPAM.Options[fast]", "IPAM.Config"], problems.Select(problem => problem.Path));
    }

    private static IReadOnlyList<SpecProblem> Check(string name, string? subnet, string? range, string? gateway, string? option, string? value) => SpecValidation.Check(new NetworkSpec
    {
        Name = name,
        DriverConfiguration = new() { Name = "overlay", Options = option is null ? null : new([new(option, value!)]) },
        IPAMOptions = new() { Configs = subnet is null && range is null && gateway is null ? [] : [new(subnet, range, gateway)] },
    });
}
