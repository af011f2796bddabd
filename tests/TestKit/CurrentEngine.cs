using System.Text;
using Newtonsoft.Json.Linq;

namespace SwarmPS.TestKit;

/// <summary>Turns answers of Docker 20.10 into those of Docker 29: without what newer API versions dropped, with what they added.</summary>
internal static class CurrentEngine
{
    /// <summary>The engine's version.</summary>
    public const string Release = "29.0.0";

    /// <summary>The minor number of its newest API version.</summary>
    public const int Newest = 52;

    /// <summary>The minor number of its oldest API version.</summary>
    public const int Oldest = 44;

    private static readonly string[] LegacySettings =
    [
        "Bridge", "HairpinMode", "LinkLocalIPv6Address", "LinkLocalIPv6PrefixLen", "SecondaryIPAddresses", "SecondaryIPv6Addresses",
        "EndpointID", "Gateway", "GlobalIPv6Address", "GlobalIPv6PrefixLen", "IPAddress", "IPPrefixLen", "IPv6Gateway", "MacAddress",
    ];

    /// <summary>What changes in the answer to a request; null where nothing does.</summary>
    /// <param name="method">The request's method.</param>
    /// <param name="path">Its path without version and query.</param>
    /// <param name="version">The minor number of the API version that it asks for.</param>
    public static Action<JToken>? ChangeOf(string method, string path, int version) => (method, path.Split('/')) switch
    {
        ("GET", ["", "version"]) => Version,
        ("GET", ["", "info"]) => answer => Info((JObject)answer, version),
        ("GET", ["", "events"]) => answer => Event((JObject)answer, version),
        ("POST", ["", "images", "create"]) => Progress,
        ("GET", ["", "images", "json"]) => answer => Each(answer, image => image.Remove("VirtualSize")),
        ("GET", ["", "images", .., "json"]) => answer => Image((JObject)answer, version),
        ("GET", ["", "containers", "json"]) => answer => Each(answer, container => Endpoints(container, version)),
        ("GET", ["", "containers", _, "json"]) => answer => Container((JObject)answer, version),
        _ => null,
    };

    /// <summary>Whether a request may be refused for what its body says.</summary>
    public static bool JudgesBody(string method, string path) => method == "POST" && path == "/networks/create";

    /// <summary>Why a body is refused: bits of a subnet that belong to hosts, since API 1.44; null where it is not.</summary>
    public static string? RefusalOf(string path, byte[] body) => body.Length == 0 || path != "/networks/create" ? null :
        (from subnet in JObject.Parse(Encoding.UTF8.GetString(body)).SelectTokens("IPAM.Config[*].Subnet").Select(subnet => (string)subnet!)
         let right = System.Net.IPNetwork.Parse(subnet).ToString()
         where right != subnet
         select $"invalid network config:\ninvalid subnet {subnet}: it should be {right}").FirstOrDefault();

    /// <summary>Whether an answer is a stream of JSON lines.</summary>
    public static bool IsStream(string path) => path is "/events" or "/images/create";

    private static void Version(JToken answer)
    {
        (answer["Version"], answer["ApiVersion"], answer["MinAPIVersion"]) = (Release, $"1.{Newest}", $"1.{Oldest}");
        foreach (var part in answer["Components"]!.Where(part => (string?)part["Name"] == "Engine"))
            (part["Version"], part["Details"]!["ApiVersion"], part["Details"]!["MinAPIVersion"]) = (Release, $"1.{Newest}", $"1.{Oldest}");
    }

    private static void Info(JObject info, int version)
    {
        info["ServerVersion"] = Release;
        info["Driver"] = "overlayfs";
        info["DriverStatus"] = new JArray { new JArray("driver-type", "io.containerd.snapshotter.v1") };
        info["FirewallBackend"] = new JObject { ["Driver"] = "iptables" };
        foreach (var gone in (string[])["KernelMemory", "KernelMemoryTCP", "ClusterStore", "ClusterAdvertise", "SystemTime"])
            info.Remove(gone);
        if (version < 50)
            return;
        info["DiscoveredDevices"] = new JArray();
        info.Remove("BridgeNfIptables");
        info.Remove("BridgeNfIp6tables");
        foreach (var commit in (string[])["ContainerdCommit", "RuncCommit", "InitCommit"])
            (info[commit] as JObject)?.Remove("Expected");
    }

    private static void Event(JObject happened, int version)
    {
        foreach (var gone in version >= 52 ? (string[])["status", "id", "from"] : [])
            happened.Remove(gone);
    }

    private static void Progress(JToken progress)
    {
        ((JObject)progress).Remove("error");
        ((JObject)progress).Remove("progress");
    }

    private static void Image(JObject image, int version)
    {
        foreach (var gone in (string[])["VirtualSize", "Container", "ContainerConfig", "GraphDriver"])
            image.Remove(gone);
        image["Descriptor"] = new JObject { ["mediaType"] = "application/vnd.oci.image.index.v1+json", ["digest"] = image["Id"], ["size"] = 1 };
        if (version < 52)
            return;
        RemoveEmpty(image);
        RemoveEmpty((image["Config"] as JObject) ?? []);
    }

    private static void Container(JObject container, int version)
    {
        container.Remove("GraphDriver");
        container["ImageManifestDescriptor"] = new JObject { ["mediaType"] = "application/vnd.oci.image.manifest.v1+json", ["digest"] = container["Image"], ["size"] = 1 };
        foreach (var gone in (string[])["KernelMemory", "KernelMemoryTCP"])
            (container["HostConfig"] as JObject)?.Remove(gone);
        Endpoints(container, version);
        if (version < 52)
            return;
        foreach (var gone in LegacySettings)
            (container["NetworkSettings"] as JObject)?.Remove(gone);
        (container["Config"] as JObject)?.Remove("MacAddress");
    }

    /// <summary>Names that the engine's name server knows are in <c>DNSNames</c>, and the short id is no alias any more.</summary>
    private static void Endpoints(JObject container, int version)
    {
        var id = (string)container["Id"]!;
        foreach (var endpoint in (container["NetworkSettings"]?["Networks"] as JObject)?.PropertyValues().OfType<JObject>() ?? [])
        {
            endpoint["GwPriority"] = 0;
            if (endpoint["Aliases"] is JArray aliases)
                endpoint["Aliases"] = new JArray(aliases.Where(alias => (string?)alias != id[..12]));
            endpoint["DNSNames"] = new JArray((endpoint["Aliases"] as JArray ?? []).Append(id[..12]));
        }
        if (version >= 48)
            container["ImageManifestDescriptor"] ??= new JObject();
    }

    private static void RemoveEmpty(JObject from)
    {
        foreach (var property in from.Properties().Where(property => property.Value is JValue { Value: null or "" or false } or JArray { Count: 0 } or JObject { Count: 0 }).ToList())
            property.Remove();
    }

    private static void Each(JToken list, Action<JObject> change)
    {
        foreach (var item in list.OfType<JObject>())
            change(item);
    }
}
