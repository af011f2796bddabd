using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Newtonsoft.Json.Linq;
using SwarmPS.Daemon.Networking.Tunnel;

namespace SwarmPS.Bench;

/// <summary>
/// TCP throughput between two network namespaces (iperf3): over a veth pair, and through two encrypted tunnels on the same machine.
/// Both ends and both tunnels share the machine's cores; root on Linux.
/// </summary>
internal static class TunnelThroughput
{
    private const int Seconds = 5;

    public static async Task RunAsync(string[] arguments)
    {
        if (!OperatingSystem.IsLinux())
            throw new ArgumentException("The tunnel is measured on Linux only.");
        var rounds = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 3;
        var name = $"swpsb{Environment.ProcessId % 10000}";
        string[] spaces = [name + "a", name + "b"];
        using var one = new EncryptedTunnel(1, new(IPAddress.Loopback, 0));
        using var other = new EncryptedTunnel(2, new(IPAddress.Loopback, 0));
        var key = new TunnelKey(1, RandomNumberGenerator.GetBytes(TunnelKey.Size));
        one.Apply(State(key, other, name + "t0", "10.222.1.2", 0x020000000002));
        other.Apply(State(key, one, name + "t1", "10.222.1.1", 0x020000000001));
        try
        {
            await ShellAsync($"""
                set -e
                ip netns add {spaces[0]}; ip netns add {spaces[1]}
                ip link add {name}v0 netns {spaces[0]} type veth peer name {name}v1 netns {spaces[1]}
                for i in 0 1; do
                  if [ $i = 0 ]; then ns={spaces[0]}; else ns={spaces[1]}; fi
                  ip link set {name}t$i netns $ns
                  ip -n $ns link set lo up
                  ip -n $ns link set {name}t$i address 02:00:00:00:00:0$((i+1)) mtu 1390 up
                  ip -n $ns addr add 10.222.1.$((i+1))/24 dev {name}t$i
                  ip -n $ns link set {name}v$i mtu 1390 up
                  ip -n $ns addr add 10.222.2.$((i+1))/24 dev {name}v$i
                done
                """);
            using var server = Process.Start(new ProcessStartInfo("ip", ["netns", "exec", spaces[1], "iperf3", "-s", "-p", "5310"]) { RedirectStandardOutput = true })!;
            try
            {
                List<double> veth = [], tunnel = [];
                for (var round = 0; round < rounds; round++)
                {
                    veth.Add(await MeasureAsync(spaces[0], "10.222.2.2"));
                    tunnel.Add(await MeasureAsync(spaces[0], "10.222.1.2"));
                }
                Console.WriteLine("| way | Gbit/s (median) |");
                Console.WriteLine("|---|---|");
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| veth | {Median(veth):0.00} |"));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| encrypted tunnel | {Median(tunnel):0.00} |"));
                Console.WriteLine($"refused {one.Counters.Refused + other.Counters.Refused}, unsent {one.Counters.Unsent + other.Counters.Unsent}");
            }
            finally
            {
                server.Kill(entireProcessTree: true);
            }
        }
        finally
        {
            await ShellAsync($"ip netns del {spaces[0]}; ip netns del {spaces[1]}");
        }
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static TunnelState State(TunnelKey key, EncryptedTunnel peer, string device, string address, ulong hardware) => new(
        [key], key.Epoch, [new(peer.Id, peer.Local)], [new(4096, device, [new(IPAddress.Parse(address), hardware, peer.Id)])]);

    private static async Task<double> MeasureAsync(string space, string server)
    {
        using var client = Process.Start(new ProcessStartInfo("ip", ["netns", "exec", space, "iperf3", "-c", server, "-p", "5310", "-J", "-t", $"{Seconds}"]) { RedirectStandardOutput = true })!;
        var answer = JObject.Parse(await client.StandardOutput.ReadToEndAsync());
        await client.WaitForExitAsync();
        return answer["error"] is { } error
            ? throw new InvalidOperationException($"iperf3: {error}")
            : answer["end"]!["sum_received"]!["bits_per_second"]!.Value<double>() / 1e9;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static async Task ShellAsync(string script)
    {
        using var shell = Process.Start("sh", ["-c", script]);
        await shell.WaitForExitAsync();
        if (shell.ExitCode != 0)
            throw new InvalidOperationException($"This failed: {script}");
    }
}
