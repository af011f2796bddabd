using System.Net;
using SwarmPS.Notation;

namespace SwarmPS.Model.Validation;

/// <summary>What holds for a container.</summary>
internal static class ContainerRules
{
    public const string Root = "TaskTemplate.ContainerSpec";

    public static void Check(ContainerSpec container, SpecProblems problems)
    {
        CheckImage(container.Image, problems);
        problems.Labels(container.Labels, Root + ".Labels");
        CheckEnvironment(container.Env, problems);
        CheckPlace(container, problems);
        CheckStop(container, problems);
        MountRules.Check(container.Mounts, problems);
        FileReferenceRules.Check(container, problems);
        HealthRules.Check(container.Healthcheck, problems);
        CheckNames(container, problems);
        CheckKernel(container, problems);
        CheckAccess(container, problems);
        CheckUnsupported(container, problems);
    }

    /// <summary>Fills a text's templates with nothing, to see whether they could be filled.</summary>
    public static void CheckTemplate(string? text, string path, SpecProblems problems)
    {
        try
        {
            Templates.Expand(text ?? "", new());
        }
        catch (FormatException wrong)
        {
            problems.Add(path, wrong.Message);
        }
    }

    /// <summary>Whether a text has a template, so that it is known only on the node.</summary>
    public static bool IsTemplate(string text) => text.Contains("{{", StringComparison.Ordinal);

    /// <summary>Whether a path stands by itself, on Linux or Windows: the spec does not say where it will be.</summary>
    public static bool IsAbsolute(string path) =>
        path.StartsWith('/') || path.StartsWith('\\') || (path.Length > 2 && char.IsAsciiLetter(path[0]) && path[1] == ':' && path[2] is '/' or '\\');

    private static void CheckImage(string? image, SpecProblems problems)
    {
        if (string.IsNullOrEmpty(image))
            problems.Add(Root + ".Image", "image reference must be provided");
        else
            problems.AddUnless(ImageSyntax.IsValid(image), Root + ".Image", $"\"{image}\" is not a valid repository/tag: write name, name:tag or name@digest, the name in lower case");
    }

    private static void CheckEnvironment(ValueList<string>? environment, SpecProblems problems)
    {
        var entries = environment.OrEmpty();
        for (var i = 0; i < entries.Count; i++)
        {
            var path = $"{Root}.Env[{i}]";
            problems.AddUnless(entries[i] is { Length: > 0 } entry && entry[0] != '=' && !entry.Contains('\0'), path, $"'{entries[i]}' is not a variable: write NAME=value");
            CheckTemplate(entries[i], path, problems);
        }
    }

    private static void CheckPlace(ContainerSpec container, SpecProblems problems)
    {
        CheckTemplate(container.Hostname, Root + ".Hostname", problems);
        problems.AddUnless(
            string.IsNullOrEmpty(container.Hostname) || IsTemplate(container.Hostname) || IsHostname(container.Hostname),
            Root + ".Hostname", $"'{container.Hostname}' is not a host name: it may have letters, digits, - and ., and {ObjectNames.LengthMax} characters between two points");
        problems.AddUnless(string.IsNullOrEmpty(container.Dir) || IsAbsolute(container.Dir), Root + ".Dir", $"the working directory '{container.Dir}' is invalid, it needs to be an absolute path");
        problems.AddUnless(container.Isolation is null or "" or "default" or "process" or "hyperv", Root + ".Isolation", $"'{container.Isolation}' is none of default, process, hyperv");
    }

    private static bool IsHostname(string name) => name.Length <= 253 && name.Split('.').All(part =>
        part.Length is > 0 and <= ObjectNames.LengthMax && part[0] != '-' && part[^1] != '-' && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));

    private static void CheckStop(ContainerSpec container, SpecProblems problems)
    {
        problems.NotNegative(container.StopGracePeriod, Root + ".StopGracePeriod");
        problems.AddUnless(string.IsNullOrEmpty(container.StopSignal) || Signals.IsKnown(container.StopSignal), Root + ".StopSignal", $"'{container.StopSignal}' is not a signal: give a name as SIGTERM or a number");
    }

    private static void CheckNames(ContainerSpec container, SpecProblems problems)
    {
        var hosts = container.Hosts.OrEmpty();
        for (var i = 0; i < hosts.Count; i++)
        {
            var words = (hosts[i] ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            problems.AddUnless(words.Length > 1 && IPAddress.TryParse(words[0], out _), $"{Root}.Hosts[{i}]", $"'{hosts[i]}' is not a line for /etc/hosts: write an address, then names, as '10.0.0.5 db'");
        }
        var servers = container.DnsConfig?.Nameservers.OrEmpty() ?? [];
        for (var i = 0; i < servers.Count; i++)
            problems.AddUnless(IPAddress.TryParse(servers[i], out _), $"{Root}.DNSConfig.Nameservers[{i}]", $"'{servers[i]}' is not an address");
    }

    private static void CheckKernel(ContainerSpec container, SpecProblems problems)
    {
        problems.AddUnless(container.OomScoreAdj is >= -1000 and <= 1000, Root + ".OomScoreAdj", $"{container.OomScoreAdj} is not between -1000 and 1000");
        problems.AddUnless(container.Sysctls?.ContainsKey("") != true, Root + ".Sysctls", "a kernel setting needs a name: write NAME=VALUE");
        var limits = container.Ulimits.OrEmpty();
        for (var i = 0; i < limits.Count; i++)
        {
            var (limit, path) = (limits[i], $"{Root}.Ulimits[{i}]");
            problems.AddUnless(limit?.Name is { Length: > 0 }, path, "a limit needs a name, as nofile");
            problems.AddUnless(limit is null || limit.Hard == -1 || (limit.Soft != -1 && limit.Soft <= limit.Hard), path, $"ulimit soft limit must be less than or equal to hard limit: {limit?.Soft} > {limit?.Hard}");
        }
    }

    private static void CheckAccess(ContainerSpec container, SpecProblems problems)
    {
        try
        {
            HostAccess.Of(container.Labels);
        }
        catch (FormatException wrong)
        {
            problems.Add(Root + ".Labels", wrong.Message);
        }
        problems.AddUnless(container.Privileges?.AppArmor?.Mode is null or "" or "default" or "disabled", Root + ".Privileges.AppArmor.Mode", $"'{container.Privileges?.AppArmor?.Mode}' is none of default, disabled");
        if (container.Privileges?.Seccomp is not { } seccomp)
            return;
        problems.AddUnless(seccomp.Mode is null or "" or "default" or "unconfined" or "custom", Root + ".Privileges.Seccomp.Mode", $"'{seccomp.Mode}' is none of default, unconfined, custom");
        var profile = seccomp.Profile ?? "";
        problems.AddUnless((seccomp.Mode == "custom") == (profile != ""), Root + ".Privileges.Seccomp.Profile", "a profile is given with the mode custom, and only with it");
        problems.AddUnless(Convert.TryFromBase64String(profile, new byte[profile.Length], out _), Root + ".Privileges.Seccomp.Profile", "the profile is not base64");
    }

    private static void CheckUnsupported(ContainerSpec container, SpecProblems problems)
    {
        if (container.Privileges?.CredentialSpec is not null)
            problems.Unsupported(Root + ".Privileges.CredentialSpec", "credential specs are for Windows containers, and nodes run Linux: leave it away");
    }
}
