using System.Net.Http.Headers;
using System.Net.Sockets;
using SwarmPS.Cmdlets.SwarmDaemon;

namespace SwarmPS.Cmdlets.Lab;

/// <summary>The engine of a lab's node: <c>dockerd</c> with a <c>containerd</c> of its own, so that it shares none with an engine of the machine.</summary>
internal static class LabEngine
{
    private const string Shims = "/run/containerd/s/";

    /// <summary>Starts <c>containerd</c> in a node's namespace.</summary>
    public static LabProcess StartContainerd(LabPlace node)
    {
        var root = node.EngineRoot;
        Directory.CreateDirectory(root);
        var config = Path.Combine(root, "containerd.toml");
        File.WriteAllText(config, $"""
            version = 2
            root = "{root}/containerd"
            state = "{root}/run"
            disabled_plugins = ["io.containerd.grpc.v1.cri"]
            [grpc]
              address = "{SocketOfContainerd(node)}"
            """);
        return Start(node, "containerd", ["containerd", "--config", config]);
    }

    /// <summary>Starts <c>dockerd</c> in a node's namespace.</summary>
    public static LabProcess StartEngine(LabPlace node)
    {
        var root = node.EngineRoot;
        // What kill -9 leaves behind would be taken for a running engine.
        File.Delete(Path.Combine(root, "docker.pid"));
        return Start(node, "dockerd",
        [
            "dockerd", "--data-root", root + "/data", "--exec-root", root + "/exec", "--pidfile", root + "/docker.pid", "--containerd", SocketOfContainerd(node),
            "-H", "unix://" + node.EngineSocket, "--cgroup-parent", "/" + node.Namespace, "--exec-opt", "native.cgroupdriver=cgroupfs",
            .. node.IsLiveRestored ? (string[])["--live-restore"] : [],
        ]);
    }

    /// <summary>Starts a program in a node's namespace, detached from this session, writing to its log.</summary>
    public static LabProcess Start(LabPlace node, string name, string[] command)
    {
        using var process = DaemonProgram.Start(node.LogOf(name), ["nsenter", "--net=/run/netns/" + node.Namespace, .. command]);
        return LabProcess.Of(process.Id) ?? throw new LabException("LabProcessFailed", $"{name} of {Path.GetFileName(node.Folder)} ended at once. {LabLog.Tail(node.LogOf(name))}");
    }

    /// <summary>Whether an engine answers.</summary>
    public static async Task<bool> AnswersAsync(string socket, CancellationToken stop)
    {
        using var http = Client(socket);
        try
        {
            using var answer = await http.GetAsync("/_ping", stop).ConfigureAwait(false);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Loads the images of a tar file.</summary>
    public static async Task LoadAsync(string socket, string tar, CancellationToken stop)
    {
        using var http = Client(socket);
        using var body = new StreamContent(File.OpenRead(tar));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        using var answer = await http.PostAsync("/images/load?quiet=1", body, stop).ConfigureAwait(false);
        var text = await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false);
        // The engine answers 200 and tells in the body that it failed.
        if (!answer.IsSuccessStatusCode || text.Contains("\"error\"", StringComparison.Ordinal))
            throw new LabException("LabImageFailed", $"The engine at {socket} did not load {tar}: {text.Trim()} Give a file that docker save wrote, or an image's name.");
    }

    /// <summary>Writes images of an engine to a tar file.</summary>
    public static async Task SaveAsync(string socket, IReadOnlyList<string> images, string tar, CancellationToken stop)
    {
        using var http = Client(socket);
        try
        {
            using var answer = await http.GetAsync("/images/get?" + string.Join('&', images.Select(image => "names=" + Uri.EscapeDataString(image))), HttpCompletionOption.ResponseHeadersRead, stop).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode)
                throw new LabException("LabImageFailed", $"The engine at {socket} did not give {string.Join(", ", images)}: {(await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false)).Trim()} Pull the image there first, or give a tar file.");
            await using var file = File.Create(tar);
            await answer.Content.CopyToAsync(file, stop).ConfigureAwait(false);
        }
        catch (HttpRequestException fault)
        {
            throw new LabException("LabImageFailed", $"No engine answers at {socket}, which {string.Join(", ", images)} should come from ($env:DOCKER_HOST names another). Give a tar file that docker save wrote instead.", fault);
        }
    }

    /// <summary>The sockets of containers' keepers that were ended as by a crash: they are not in the lab's own folder.</summary>
    public static void RemoveShimSockets(LabPlace node)
    {
        var state = Path.Combine(node.EngineRoot, "run", "io.containerd.runtime.v2.task");
        if (!Directory.Exists(state))
            return;
        foreach (var file in Directory.GetFiles(state, "address", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 }))
        {
            var socket = File.ReadAllText(file).Trim().Replace("unix://", "", StringComparison.Ordinal);
            if (socket.StartsWith(Shims, StringComparison.Ordinal))
                File.Delete(socket);
        }
    }

    private static string SocketOfContainerd(LabPlace node) => node.EngineRoot + "/run/c.sock";

    private static HttpClient Client(string socket) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, stop) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), stop).ConfigureAwait(false);
                return new NetworkStream(connection, ownsSocket: true);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        },
    })
    { BaseAddress = new Uri("http://engine"), Timeout = Timeout.InfiniteTimeSpan };
}
