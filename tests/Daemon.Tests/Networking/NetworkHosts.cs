using System.Security.Cryptography;
using SwarmPS.Daemon.Agent.Engine;
using SwarmPS.Daemon.Networking.Kernel;

namespace SwarmPS.Daemon.Tests.Networking;

/// <summary>A machine of the tests' own: a network namespace with an engine.</summary>
/// <param name="name">The namespace's name.</param>
/// <param name="address">Its address on the wire to the other one.</param>
internal sealed class NetworkHost(string name, string address)
{
    /// <summary>The namespace's name.</summary>
    public string Name => name;

    /// <summary>Its address on the wire to the other machine.</summary>
    public string Address => address;

    /// <summary>Its engine.</summary>
    public EngineFixture Engine { get; } = new() { NetworkNamespace = name };

    /// <summary>Its programs.</summary>
    public NetworkTools Tools { get; } = new(TimeProvider.System, "/run/netns/" + name);

    /// <summary>The daemon's way to its engine.</summary>
    public DockerEngine Driver => field ??= new(Engine.Socket);

    /// <summary>Runs a program there and gives what it printed.</summary>
    public Task<string> RunAsync(string program, params string[] arguments) => Tools.RunAsync(program, arguments, "", TestContext.Current.CancellationToken);

    /// <summary>Starts a container with an address in a network and gives its process's id.</summary>
    public async Task<int> StartContainerAsync(string container, string network, string ip, params string[] command)
    {
        await Engine.DockerAsync(["run", "-d", "--name", container, "--network", network, "--ip", ip, Engine.Image, .. command.Length > 0 ? command : ["sleep", "3600"]]);
        return int.Parse(await Engine.DockerAsync("inspect", "-f", "{{.State.Pid}}", container), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Removes all containers.</summary>
    public async Task RemoveContainersAsync()
    {
        var all = await Engine.DockerAsync("ps", "-aq");
        if (all.Length > 0)
            await Engine.DockerAsync(["rm", "-f", .. all.Split('\n')]);
    }
}

/// <summary>Two machines with a wire between them. Where they cannot be made, tests that need them are skipped with the reason.</summary>
public sealed class NetworkHosts : IAsyncLifetime
{
    private readonly string name = "swpsn" + RandomNumberGenerator.GetHexString(5, lowercase: true);
    private readonly NetworkTools tools = new(TimeProvider.System);

    /// <summary>Why there are none; null where there are.</summary>
    public string? Missing { get; private set; }

    internal NetworkHost One { get; private set; } = null!;

    internal NetworkHost Other { get; private set; } = null!;

    /// <summary>Skips the calling test where they are missing.</summary>
    public void SkipUnlessUsable() => Assert.SkipWhen(Missing is not null, Missing ?? "");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Missing = NetworkTrial.Obstacle("ip", "bridge", "nft", "conntrack", "iptables", "nsenter");
        if (Missing is not null)
            return;
        (One, Other) = (new(name + "a", "172.31.77.1"), new(name + "b", "172.31.77.2"));
        foreach (var host in new[] { One, Other })
            await IpAsync("netns", "add", host.Name);
        await IpAsync("link", "add", "wire", "netns", One.Name, "type", "veth", "peer", "name", "wire", "netns", Other.Name);
        foreach (var host in new[] { One, Other })
        {
            await IpAsync("-n", host.Name, "link", "set", "lo", "up");
            await IpAsync("-n", host.Name, "addr", "add", host.Address + "/24", "dev", "wire");
            await IpAsync("-n", host.Name, "link", "set", "wire", "up");
        }
        await Task.WhenAll(One.Engine.InitializeAsync().AsTask(), Other.Engine.InitializeAsync().AsTask());
        Missing = One.Engine.Missing;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (One is null)
            return;
        await Task.WhenAll(One.Engine.DisposeAsync().AsTask(), Other.Engine.DisposeAsync().AsTask());
        foreach (var host in new[] { One, Other })
            await IpAsync("netns", "del", host.Name);
    }

    private Task IpAsync(params string[] arguments) => tools.RunAsync("ip", arguments, "", CancellationToken.None);
}

/// <summary>Tests that share the two machines.</summary>
[CollectionDefinition(Name)]
public sealed class NetworkCollection : ICollectionFixture<NetworkHosts>
{
    /// <summary>What a class names to belong to it.</summary>
    public const string Name = "network hosts";
}
