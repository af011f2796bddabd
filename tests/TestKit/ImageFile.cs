using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace SwarmPS.TestKit;

/// <summary>A small image with a shell, made of the machine's busybox, as a tar file that any engine loads.</summary>
public static class ImageFile
{
    /// <summary>The image's name.</summary>
    public const string Name = "swarmps/test:1";

    /// <summary>Where it is made of.</summary>
    public const string Busybox = "/bin/busybox";

    private static readonly string[] Tools = ["sh", "sleep", "cat", "echo", "true", "false", "kill", "printenv", "id", "test", "touch", "ls", "rm", "httpd", "wget", "hostname", "nslookup", "nc"];

    /// <summary>Writes the file.</summary>
    public static void Write(string path)
    {
        var layer = Layer();
        var digest = Convert.ToHexStringLower(SHA256.HashData(layer));
        var config = Encoding.UTF8.GetBytes($$$"""
            {"architecture":"{{{Architecture()}}}","os":"linux","config":{"Env":["PATH=/bin"]},"rootfs":{"type":"layers","diff_ids":["sha256:{{{digest}}}"]}}
            """);
        var id = Convert.ToHexStringLower(SHA256.HashData(config));
        using var tar = new TarWriter(File.Create(path));
        Add(tar, "layer.tar", layer);
        Add(tar, $"{id}.json", config);
        Add(tar, "manifest.json", Encoding.UTF8.GetBytes($$"""[{"Config":"{{id}}.json","RepoTags":["{{Name}}"],"Layers":["layer.tar"]}]"""));
    }

    private static byte[] Layer()
    {
        var memory = new MemoryStream();
        using (var tar = new TarWriter(memory, leaveOpen: true))
        {
            foreach (var folder in new[] { "bin/", "tmp/" })
                tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, folder) { Mode = (UnixFileMode)0b111_101_101 });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "bin/busybox") { Mode = (UnixFileMode)0b111_101_101, DataStream = new MemoryStream(File.ReadAllBytes(Busybox)) });
            foreach (var tool in Tools)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "bin/" + tool) { LinkName = "busybox" });
        }
        return memory.ToArray();
    }

    private static void Add(TarWriter tar, string name, byte[] content) =>
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });

    private static string Architecture() => System.Runtime.InteropServices.RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        _ => "amd64",
    };
}
