using SwarmPS.Daemon.Networking.VirtualAddresses;
using SwarmPS.Model;
using static SwarmPS.Daemon.Tests.Networking.SampleNetworks;

namespace SwarmPS.Daemon.Tests.Networking.VirtualAddresses;

public sealed class VirtualAddressTests
{
    [Fact]
    public void Table_HasServingTasksOnly_OfAllNetworks()
    {
        var table = VirtualTable.Of(
        [
            Network(10) with { Services = [new("web", "web", [], "10.10.0.200")], Endpoints = [Endpoint("web", "10.10.0.6"), Endpoint("web", "10.10.0.5", serving: false), Endpoint("other", "10.10.0.7")] },
            Network(11) with { Services = [new("web", "web", [], "10.11.0.200"), new("rr", "rr", [], "")], Endpoints = [Endpoint("rr", "10.11.0.6")] },
        ]);

        Assert.Equal(["10.10.0.200", "10.11.0.200"], table.Backends.Keys);
        Assert.Equal(["10.10.0.6"], table.Backends["10.10.0.200"]);
        Assert.Empty(table.Backends["10.11.0.200"]);
    }

    [Fact]
    public void OneChangeAmongAThousand_RewritesOneChain()
    {
        var (before, after) = (VirtualTable.Of([Thousand(7)]), VirtualTable.Of([Thousand(8)]));

        var script = VirtualScript.Change(before, after);

        Assert.Equal(2, script.Count(letter => letter == '\n'));
        Assert.StartsWith("flush chain ip swarmps a0a0a1007\nadd rule ip swarmps a0a0a1007 dnat to numgen inc mod 8 map { 0 : 10.10.32.70,", script, StringComparison.Ordinal);
        Assert.Empty(VirtualScript.Change(after, VirtualTable.Of([Thousand(8)])));
        Assert.Equal(("10.10.16.7", "10.10.32.77"), Assert.Single(VirtualTable.Lost(after, before)));
    }

    /// <summary>A network of 1,000 services with 10 tasks each, of which those of one serve as told.</summary>
    private static NodeNetwork Thousand(int serving) => Network(10) with
    {
        Services = [.. Enumerable.Range(0, 1000).Select(number => new NetworkService($"s{number}", $"s{number}", [], $"10.10.{16 + (number / 250)}.{number % 250}"))],
        Endpoints = [.. Enumerable.Range(0, 10_000).Select(number => Endpoint($"s{number / 10}", $"10.10.{32 + (number / 250)}.{number % 250}", serving: number / 10 != 7 || number % 10 < serving))],
    };
}
