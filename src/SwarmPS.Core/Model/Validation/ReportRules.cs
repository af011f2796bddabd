using System.Net;
using System.Net.Sockets;

namespace SwarmPS.Model.Validation;

/// <summary>
/// What holds for what a node says of itself and of its tasks. A node is believed for itself alone; what it says must be in bounds and such that
/// nobody who reads it comes to harm. Managers check it when it comes in, and again what is in the store from before.
/// </summary>
public static class ReportRules
{
    /// <summary>Characters of a name or an id.</summary>
    public const int NameMax = 256;

    /// <summary>Characters of a label's value.</summary>
    public const int ValueMax = 4_096;

    /// <summary>Characters of a message; agents cut longer ones off.</summary>
    public const int MessageMax = 1_000;

    /// <summary>Entries of a list: labels, plugins, resources, ports.</summary>
    public const int EntriesMax = 1_000;

    /// <summary>Characters of certificates in PEM.</summary>
    public const int PemMax = 64 << 10;

    /// <summary>The most of a countable resource that is believed: sums of them cannot overflow.</summary>
    public const long AmountMax = 1L << 50;

    private static readonly Timestamp Earliest = Timestamp.From(new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private static readonly Timestamp Latest = Timestamp.From(new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary>What is wrong with what a node says of itself; nothing where all is right.</summary>
    public static IReadOnlyList<SpecProblem> Check(NodeDescription description)
    {
        var problems = new SpecProblems();
        Word(description.Hostname, "Hostname", problems);
        Word(description.Platform?.Architecture, "Platform.Architecture", problems);
        Word(description.Platform?.OS, "Platform.OS", problems);
        CheckResources(description.Resources, problems);
        CheckEngine(description.Engine, problems);
        Text(description.TLSInfo?.TrustRoot, PemMax, "TLSInfo.TrustRoot", problems);
        Text(description.TLSInfo?.CertIssuerSubject, PemMax, "TLSInfo.CertIssuerSubject", problems);
        Text(description.TLSInfo?.CertIssuerPublicKey, PemMax, "TLSInfo.CertIssuerPublicKey", problems);
        var path = description.DataPathAddr;
        problems.AddUnless(path is null || IsNodeAddress(path), "DataPathAddr", $"'{Shown(path)}' is no address at which packets of other nodes can come in");
        return problems.Found;
    }

    /// <summary>What is wrong with what a node says of a task; nothing where all is right.</summary>
    /// <param name="status">What it says.</param>
    /// <param name="messageMax">Characters of a message.</param>
    public static IReadOnlyList<SpecProblem> Check(SwarmTaskStatus status, int messageMax = MessageMax)
    {
        var problems = new SpecProblems();
        problems.AddUnless(Enum.IsDefined(status.State) && status.State != TaskState.Remove, "State", $"{status.State} is no state of a task");
        problems.AddUnless(status.Timestamp.IsZero || (status.Timestamp >= Earliest && status.Timestamp < Latest), "Timestamp", "that is no time of this age");
        Text(status.Message, messageMax, "Message", problems);
        Text(status.Err, messageMax, "Err", problems);
        Word(status.ContainerStatus?.ContainerId, "ContainerStatus.ContainerID", problems);
        problems.AddUnless(status.ContainerStatus is not { Pid: < 0 }, "ContainerStatus.PID", "a process has no number below zero");
        List(status.PortStatus?.Ports, "PortStatus.Ports", problems, CheckPort);
        return problems.Found;
    }

    /// <summary>Whether a text is an address of a single machine, written as the system itself writes it.</summary>
    public static bool IsNodeAddress(string text) =>
        IPAddress.TryParse(text, out var address) && address.ToString() == text && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) &&
        !address.Equals(IPAddress.Broadcast) && !IsMulticast(address);

    /// <summary>A text that a node may say as a message: one that is too long is cut off.</summary>
    public static string? Cut(string? message) => message is { Length: > MessageMax } ? message[..(MessageMax - 1)] + "…" : message;

    private static void CheckResources(TaskResources? resources, SpecProblems problems)
    {
        Amount(resources?.NanoCPUs ?? 0, "Resources.NanoCPUs", problems);
        Amount(resources?.MemoryBytes ?? 0, "Resources.MemoryBytes", problems);
        List(resources?.GenericResources, "Resources.GenericResources", problems, (resource, path, _) =>
        {
            problems.AddUnless(
                resource is { NamedResourceSpec: not null, DiscreteResourceSpec: null } or { NamedResourceSpec: null, DiscreteResourceSpec: not null }, path, "a resource is either named or counted");
            Word(resource.NamedResourceSpec?.Kind, path + ".NamedResourceSpec.Kind", problems);
            Word(resource.NamedResourceSpec?.Value, path + ".NamedResourceSpec.Value", problems);
            Word(resource.DiscreteResourceSpec?.Kind, path + ".DiscreteResourceSpec.Kind", problems);
            Amount(resource.DiscreteResourceSpec?.Value ?? 0, path + ".DiscreteResourceSpec.Value", problems);
        });
    }

    private static void CheckEngine(EngineDescription? engine, SpecProblems problems)
    {
        Word(engine?.EngineVersion, "Engine.EngineVersion", problems);
        List(engine?.Plugins, "Engine.Plugins", problems, (plugin, path, _) =>
        {
            Word(plugin.Type, path + ".Type", problems);
            Word(plugin.Name, path + ".Name", problems);
        });
        var labels = engine?.Labels.OrEmpty() ?? ValueMap<string>.Empty;
        problems.AddUnless(labels.Count <= EntriesMax, "Engine.Labels", $"{labels.Count} labels are more than {EntriesMax}");
        foreach (var (key, value) in labels.Take(EntriesMax))
        {
            problems.AddUnless(key.Length > 0, "Engine.Labels", "a label needs a key");
            Word(key, "Engine.Labels", problems);
            problems.AddUnless(value is not null, $"Engine.Labels[{Shown(key)}]", "a label's value is missing");
            Text(value, ValueMax, $"Engine.Labels[{Shown(key)}]", problems);
        }
    }

    private static void CheckPort(PortConfig port, string path, SpecProblems problems)
    {
        Word(port.Name, path + ".Name", problems);
        problems.AddUnless(port.Protocol is null || Enum.IsDefined(port.Protocol.Value), path + ".Protocol", $"{port.Protocol} is no protocol");
        problems.AddUnless(port.PublishMode is null || Enum.IsDefined(port.PublishMode.Value), path + ".PublishMode", $"{port.PublishMode} is no mode");
        problems.AddUnless(port.TargetPort <= IPEndPoint.MaxPort, path + ".TargetPort", $"{port.TargetPort} is no port");
        problems.AddUnless(port.PublishedPort <= IPEndPoint.MaxPort, path + ".PublishedPort", $"{port.PublishedPort} is no port");
        problems.AddUnless(port.HostIP is null or "" || IPAddress.TryParse(port.HostIP, out _), path + ".HostIP", $"'{Shown(port.HostIP)}' is not an address");
    }

    private static void Amount(long amount, string path, SpecProblems problems) =>
        problems.AddUnless(amount is >= 0 and <= AmountMax, path, $"{amount} is not between 0 and {AmountMax}");

    /// <summary>A name: short, on one line.</summary>
    private static void Word(string? word, string path, SpecProblems problems)
    {
        Text(word, NameMax, path, problems);
        problems.AddUnless(word?.Any(char.IsControl) != true, path, $"'{Shown(word)}' has a control character");
    }

    private static void Text(string? text, int max, string path, SpecProblems problems) =>
        problems.AddUnless(text is null || text.Length <= max, path, $"{text?.Length} characters are more than {max}");

    private static void List<T>(ValueList<T>? list, string path, SpecProblems problems, Action<T, string, SpecProblems> check) where T : class
    {
        var items = list.OrEmpty();
        problems.AddUnless(items.Count <= EntriesMax, path, $"{items.Count} entries are more than {EntriesMax}");
        for (var i = 0; i < Math.Min(items.Count, EntriesMax); i++)
        {
            if (items[i] is { } item)
                check(item, $"{path}[{i}]", problems);
            else
                problems.Add($"{path}[{i}]", "an entry is missing");
        }
    }

    private static bool IsMulticast(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? address.IsIPv6Multicast : address.GetAddressBytes()[0] is >= 224 and < 240;

    /// <summary>What can be shown of a text that may be anything.</summary>
    private static string Shown(string? text) => new((text ?? "").Take(64).Select(letter => char.IsControl(letter) ? '?' : letter).ToArray());
}
