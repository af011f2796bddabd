using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Core;
using Newtonsoft.Json.Linq;

namespace SwarmPS.Bench.Cluster;

/// <summary>Three members of etcd with TLS between them and its defaults else, so with each write synced.</summary>
internal static class Etcd
{
    private const int FirstPort = 26379;
    private const int Members = 3;
    private const byte KeyTag = 0x0a;
    private const byte ValueTag = 0x12;

    /// <summary>Makes one commit.</summary>
    public static readonly Method<byte[], byte[]> Put = ReplicatedCommits.Call("etcdserverpb.KV", "Put");

    public static bool IsInstalled { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "etcd")));

    /// <summary>A PutRequest: the key is field 1, the value field 2.</summary>
    public static byte[] Request(int key, byte[] value)
    {
        var name = Encoding.ASCII.GetBytes(key.ToString("x8", CultureInfo.InvariantCulture));
        return [KeyTag, (byte)name.Length, .. name, ValueTag, (byte)(0x80 | (value.Length & 0x7f)), (byte)(value.Length >> 7), .. value];
    }

    /// <summary>Starts them and gives the leader's address.</summary>
    public static async Task<string> StartAsync(Processes processes)
    {
        var folder = Directory.CreateDirectory(Path.Combine(processes.Folder, "etcd")).FullName;
        WriteCertificates(folder);
        var cluster = string.Join(',', Enumerable.Range(0, Members).Select(number => $"e{number}={PeerAddress(number)}"));
        for (var number = 0; number < Members; number++)
        {
            processes.Start("etcd", "--name", $"e{number}", "--data-dir", Path.Combine(folder, $"e{number}"), "--initial-cluster", cluster, "--initial-cluster-state", "new",
                "--listen-peer-urls", PeerAddress(number), "--initial-advertise-peer-urls", PeerAddress(number),
                "--listen-client-urls", ClientAddress(number), "--advertise-client-urls", ClientAddress(number),
                "--peer-client-cert-auth", "--peer-cert-file", Path.Combine(folder, "peer.crt"), "--peer-key-file", Path.Combine(folder, "peer.key"),
                "--peer-trusted-ca-file", Path.Combine(folder, "ca.crt"), "--logger", "zap", "--log-level", "error");
        }
        string? leader = null;
        using var http = new HttpClient();
        await processes.UntilAsync(async () => (leader = await LeaderAsync(http)) is not null, "etcd has no leader.");
        return leader!;
    }

    private static async Task<string?> LeaderAsync(HttpClient http)
    {
        try
        {
            for (var number = 0; number < Members; number++)
            {
                using var answer = await http.PostAsync($"{ClientAddress(number)}/v3/maintenance/status", JsonContent.Create(new { }));
                var status = JObject.Parse(await answer.Content.ReadAsStringAsync());
                if ((string?)status["leader"] is { Length: > 1 } leader && leader == (string?)status["header"]?["member_id"])
                    return ClientAddress(number);
            }
            return null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static void WriteCertificates(string folder)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest("CN=bench-ca", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        using var root = rootRequest.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=peer", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var peer = request.Create(root, now.AddHours(-1), now.AddHours(23), [1]);
        File.WriteAllText(Path.Combine(folder, "ca.crt"), root.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "peer.crt"), peer.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "peer.key"), key.ExportECPrivateKeyPem());
    }

    private static string PeerAddress(int number) => $"https://127.0.0.1:{FirstPort + (2 * number) + 1}";

    private static string ClientAddress(int number) => $"http://127.0.0.1:{FirstPort + (2 * number)}";
}
