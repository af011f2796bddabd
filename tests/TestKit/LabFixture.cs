using SwarmPS.Api;
using SwarmPS.Cmdlets.Lab;

namespace SwarmPS.TestKit;

/// <summary>
/// A lab of a test's own: what <c>Start-SwarmLab</c> starts, by the same code. Where none can run, tests that need one are skipped with
/// the reason. It is ended with the test, and all of its files go.
/// </summary>
public sealed class LabFixture : IAsyncDisposable
{
    private static readonly LabStore Store = new(LabStore.Default);

    private readonly string name;
    private readonly LabControl control = new(Store);
    private readonly Dictionary<string, SwarmClient> clients = [];
    private readonly List<EngineShim> shims = [];
    private string? shimFolder;

    private LabFixture(string name) => this.name = name;

    /// <summary>A small image that each engine has.</summary>
    public static string Image => ImageFile.Name;

    /// <summary>The lab as it is now.</summary>
    public LabState Lab => Store.Get(name);

    /// <summary>Names of the nodes.</summary>
    public IReadOnlyList<string> Names => [.. Lab.Nodes.Select(node => node.Name)];

    /// <summary>Starts a lab; skips the calling test where none can run.</summary>
    /// <param name="nodes">How many nodes.</param>
    /// <param name="managers">How many of them are managers.</param>
    /// <param name="isJoined">Whether they are joined into a swarm.</param>
    /// <param name="currentEngines">Nodes whose daemons find an engine that refuses and answers as Docker 29 does.</param>
    public static async Task<LabFixture> StartAsync(int nodes, int managers = 1, bool isJoined = true, IReadOnlyList<string>? currentEngines = null)
    {
        var obstacle = LabControl.Obstacle() ?? (File.Exists(ImageFile.Busybox) ? null : "not installed here: busybox-static");
        Assert.SkipWhen(obstacle is not null, obstacle ?? "");
        var lab = new LabFixture($"t{Environment.ProcessId}-{Path.GetRandomFileName()[..4]}");
        var image = Path.GetTempFileName();
        try
        {
            ImageFile.Write(image);
            var program = Environment.GetEnvironmentVariable("SWARMPSD") ?? Path.Combine(AppContext.BaseDirectory, "swarmpsd");
            await lab.control.StartAsync(new()
            {
                Name = lab.name,
                Nodes = nodes,
                Managers = managers,
                Folder = Path.Combine(Path.GetTempPath(), "swarmps-" + lab.name),
                Program = currentEngines is null ? program : lab.Shim(currentEngines, program),
                ImageFiles = [image],
                IsJoined = isJoined,
            }, CancellationToken.None);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
        finally
        {
            File.Delete(image);
        }
    }

    /// <summary>A client of a node's daemon.</summary>
    public SwarmClient Client(string node)
    {
        lock (clients)
        {
            if (!clients.TryGetValue(node, out var client))
                clients[node] = client = new(SwarmEndpoint.Parse(Place(node).Socket));
            return client;
        }
    }

    /// <summary>What is where for a node.</summary>
    public LabPlace Place(string node) => Lab.PlaceOf(Lab[node]);

    /// <summary>Cuts a node off.</summary>
    public Task PartitionAsync(string node) => control.Nodes.PartitionAsync(name, node, isCutOff: true);

    /// <summary>Joins it again.</summary>
    public Task HealAsync(string node) => control.Nodes.PartitionAsync(name, node, isCutOff: false);

    /// <summary>Ends a node or a part of it as a crash would.</summary>
    public Task KillAsync(string node, LabPart part = LabPart.Node) => control.Nodes.KillAsync(name, node, part);

    /// <summary>Starts what does not run of a node.</summary>
    public Task StartAsync(string node) => control.Nodes.StartAsync(name, node, TimeSpan.FromMinutes(2), CancellationToken.None);

    /// <summary>The last lines the daemons wrote, for a failing test's message.</summary>
    public string Logs(int lines = 15) => string.Join('\n', Names.Select(node => $"--- {node}\n{Tail(Place(node).LogOf("swarmpsd"), lines)}"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in clients.Values)
            client.Dispose();
        if (Store.Find(name) is not null)
            await control.StopAsync(name, isKept: false);
        foreach (var shim in shims)
            await shim.DisposeAsync();
        if (shimFolder is not null)
            Directory.Delete(shimFolder, recursive: true);
    }

    /// <summary>Lets shims listen for nodes, and gives a program that starts the daemon with them in place of the engines.</summary>
    private string Shim(IReadOnlyList<string> nodes, string program)
    {
        shimFolder = Directory.CreateTempSubdirectory("swarmps-shim-").FullName;
        foreach (var node in nodes)
        {
            // Known once the lab is written down; its file is not to be read for each request.
            string? engine = null;
            shims.Add(new(Path.Combine(shimFolder, node), () => engine ??= Place(node).EngineSocket));
        }
        var script = Path.Combine(shimFolder, "swarmpsd");
        // The lab starts: run --data-root ROOT --host ADDRESS --engine ADDRESS --hostname NODE
        File.WriteAllText(script, $$"""
            #!/bin/sh
            shim="{{shimFolder}}/$9"
            if [ -S "$shim" ]; then set -- "$1" "$2" "$3" "$4" "$5" "$6" "unix://$shim" "$8" "$9"; fi
            exec "{{program}}" "$@"

            """);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(script, (UnixFileMode)0b111_101_101);
        return script;
    }

    private static string Tail(string path, int lines) => File.Exists(path) ? string.Join('\n', File.ReadLines(path).TakeLast(lines)) : "(no log)";
}
