using System.Globalization;
using SwarmPS.Allocation;
using SwarmPS.Model;
using SwarmPS.Notation;
using SwarmPS.Store;

namespace SwarmPS.Tests.Allocation;

public sealed class NetworkAllocationTests
{
    [Fact]
    public void Networks_GetTheLowestFreeSubnetAndVxlanId()
    {
        var state = Pool(24, "10.0.0.0/8");
        foreach (var (name, subnet, vni) in new[] { ("a", "10.0.0.0/24", 4097u), ("b", "10.0.1.0/24", 4098u), ("c", "10.0.2.0/24", 4099u) })
        {
            state = With(state, name, out var made);
            Assert.Equal((subnet, vni), (NetworkUse.SubnetOf(made), NetworkAllocation.VniOf(made)));
        }
        state = state.With([StoreChange.Delete(state.NetworkNamed("b")!)]);
        With(state, "d", out var again);
        Assert.Equal(("10.0.1.0/24", 4098u, "10.0.1.1"), (NetworkUse.SubnetOf(again), NetworkAllocation.VniOf(again), again.IPAMOptions!.Configs![0].Gateway));
    }

    [Fact]
    public void Subnets_GoAroundThoseThatWereNamed_AndOnToTheNextPool()
    {
        var state = Pool(26, "10.1.0.0/25", "10.2.0.0/26");
        state = With(state, "own", out _, "10.1.0.32/27");
        state = With(state, "first", out var first);
        state = With(state, "second", out var second);
        Assert.Equal(("10.1.0.64/26", "10.2.0.0/26"), (NetworkUse.SubnetOf(first), NetworkUse.SubnetOf(second)));
        var refused = Assert.Throws<SwarmException>(() => With(state, "third", out _));
        Assert.Contains("no subnet of length 26 is free in the swarm's address pools (10.1.0.0/25, 10.2.0.0/26)", refused.Message);
        state = state.With([StoreChange.Delete(state.NetworkNamed("own")!)]);
        With(state, "third", out var third);
        Assert.Equal("10.1.0.0/26", NetworkUse.SubnetOf(third));
    }

    [Theory]
    [InlineData("10.0.0.0/16")]
    [InlineData("10.0.0.128/25")]
    public void SubnetOfAnotherNetwork_IsRefused(string subnet)
    {
        var state = With(Pool(24, "10.0.0.0/8"), "a", out _);
        Assert.Contains("with 10.0.0.0/24 of network a", Assert.Throws<SwarmException>(() => With(state, "b", out _, subnet)).Message);
    }

    [Fact]
    public void VxlanId_IsTheOneAskedFor_IfNobodyHasIt()
    {
        var state = With(Pool(24, "10.0.0.0/8"), "a", out _);
        var spec = new NetworkSpec { Name = "b", DriverConfiguration = new() { Options = new([new(NetworkOptions.Vni, "4097")]) } };
        Assert.Contains("4097 is that of network a", Assert.Throws<SwarmException>(() => NetworkAllocation.Allot(state, "b", spec)).Message);
        spec = spec with { DriverConfiguration = new() { Options = new([new(NetworkOptions.Vni, "77")]) } };
        Assert.Equal(77u, NetworkAllocation.VniOf(NetworkAllocation.Allot(state, "b", spec)));
    }

    [Fact]
    public void RoutingMesh_HasOneNetwork_WithAnIdOfItsOwn()
    {
        var state = Pool(24, "10.0.0.0/8");
        var ingress = NetworkAllocation.Allot(state, "i", new() { Name = "ingress", Ingress = true });
        Assert.Equal(4096u, NetworkAllocation.VniOf(ingress));
        state = state.With([StoreChange.Put(ingress)]);
        Assert.Equal(SwarmErrorCode.AlreadyExists, Assert.Throws<SwarmException>(() => NetworkAllocation.Allot(state, "j", new() { Name = "other", Ingress = true })).Code);
    }

    /// <summary>Whatever is made and removed, no two networks overlap, and none is refused while there is room.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void RandomSteps_NeverOverlap(int seed)
    {
        var random = new Random(seed);
        var state = Pool(28, "10.9.0.0/22");
        for (var step = 0; step < 400; step++)
        {
            if (random.Next(5) < 2 && state.Networks.Count > 0)
                state = state.With([StoreChange.Delete(state.Networks.All.ElementAt(random.Next(state.Networks.Count)))]);
            else if (state.Networks.Count < 64)
                state = With(state, $"n{step.ToString(CultureInfo.InvariantCulture)}", out _);
            else
                Assert.Throws<SwarmException>(() => With(state, "full", out _));
            var subnets = state.Networks.All.Select(network => Subnet.TryParse(NetworkUse.SubnetOf(network), out var subnet) ? subnet : default).OrderBy(subnet => subnet.First).ToList();
            Assert.All(subnets.Zip(subnets.Skip(1)), pair => Assert.False(pair.First.Overlaps(pair.Second)));
            Assert.Equal(state.Networks.Count, state.Networks.All.Select(NetworkAllocation.VniOf).Distinct().Count());
        }
    }

    [Theory]
    [InlineData("10.0.1.0/24", "10.0.1.255", true)]
    [InlineData("10.0.1.0/24", "10.0.2.0", false)]
    [InlineData("0.0.0.0/0", "255.255.255.255", true)]
    [InlineData("10.0.1.4/30", "10.0.1.7/30", true)]
    public void Subnet_KnowsItsAddresses(string text, string address, bool inside)
    {
        Assert.True(Subnet.TryParse(text, out var subnet));
        Assert.True(Subnet.TryParseAddress(address, out var number));
        Assert.Equal((inside, text), (subnet.Contains(number), subnet.ToString()));
    }

    [Theory]
    [InlineData("10.0.1.1/24")]
    [InlineData("fd00::/64")]
    [InlineData("10.0.1.0")]
    [InlineData("")]
    public void WhatIsNoSubnet_IsNotRead(string text) => Assert.False(Subnet.TryParse(text, out _));

    private static Snapshot Pool(uint size, params string[] pools) =>
        Snapshot.Empty.With([StoreChange.Put(new SwarmObject { Id = "s", DefaultAddrPool = pools.ToValueList(), SubnetSize = size })]);

    private static Snapshot With(Snapshot state, string name, out Network made, string? subnet = null)
    {
        made = NetworkAllocation.Allot(state, name, new() { Name = name, IPAMOptions = subnet is null ? null : new() { Configs = [new(subnet)] } });
        return state.With([StoreChange.Put(made)]);
    }
}
