using SwarmPS.Daemon.Networking;
using SwarmPS.Daemon.Networking.Overlay;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Networking;

public sealed class SoundPeersTests
{
    private const int Rounds = 2_000;
    private static readonly string[] Pieces = ["10.0.0.7", "02:42:0a:00:00:07", "\n", " ", "link add evil type dummy", ";", "::1", "0.0.0.0", "224.0.0.1", "\0", "$(id)", "10.0.0.7 dev lo", "é", "", "fe80::1%eth0", "1", "02-42-0A-00-00-07"];

    [Fact]
    public void NoFieldOfAPeer_AddsAWordOrALineToAKernelScript()
    {
        var random = new Random(1);
        for (var round = 0; round < Rounds; round++)
        {
            var network = Network() with
            {
                Tunnels = [new(Text(random), 1)],
                Gateways = [new(Text(random), Text(random), Text(random))],
                Endpoints = [new("t", "s", Text(random), Text(random), Text(random), true), new("t2", "s", "10.9.0.8", "02:42:0a:09:00:08", "10.0.0.8", true)],
            };
            var plan = OverlayPlan.Between(OverlayState.Of([], ""), OverlayState.Of([SoundPeers.Of(network)], "10.0.0.1"), _ => false);
            foreach (var line in plan.Ip.Concat(plan.Bridge))
            {
                Assert.DoesNotContain('\n', line);
                var words = line.Split(' ');
                Assert.All(words, word => Assert.Matches("^[A-Za-z0-9_.:/]+$", word));
                Assert.Equal((words[0], words[1]) switch { ("neigh", "replace") => 9, ("fdb", "replace") => words[^1] == "static" ? 7 : 9, _ => words.Length }, words.Length);
            }
            Assert.Contains(plan.Bridge, line => line.Contains("02:42:0a:09:00:08", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void PeerWithWrongData_CostsThatPeerAlone()
    {
        var network = Network() with { Gateways = [new("10.9.0.2", "02:42:0a:09:00:02", "10.0.0.2"), new("10.9.0.3", "02:42:0a:09:00:03", "10.0.0.3\nlink add evil")] };
        Assert.Equal("10.0.0.2", Assert.Single(SoundPeers.Of(network).Gateways).DataPath);
        var sound = network with { Gateways = [network.Gateways[0]] };
        Assert.Equal(sound, SoundPeers.Of(sound));
    }

    private static NodeNetwork Network() => new() { Id = "n", Name = "net", Vni = 4097, Subnet = "10.9.0.0/24", Gateway = "10.9.0.1", Mtu = 1450 };

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 3)).Select(_ => Pieces[random.Next(Pieces.Length)]));
}
