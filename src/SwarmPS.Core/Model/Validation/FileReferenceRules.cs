using System.Globalization;

namespace SwarmPS.Model.Validation;

/// <summary>What holds for a service's references to secrets and configs.</summary>
internal static class FileReferenceRules
{
    private const uint ModeMax = 0xFFF;

    public static void Check(ContainerSpec container, SpecProblems problems)
    {
        var taken = container.Mounts.OrEmpty().Where(mount => mount?.Target is { Length: > 0 })
            .GroupBy(mount => mount.Target!, StringComparer.Ordinal).ToDictionary(group => group.Key, _ => "a mount", StringComparer.Ordinal);
        var secrets = container.Secrets.OrEmpty();
        for (var i = 0; i < secrets.Count; i++)
        {
            var (secret, path) = (secrets[i], $"{ContainerRules.Root}.Secrets[{i}]");
            if (secret is null || string.IsNullOrEmpty(secret.SecretId) || string.IsNullOrEmpty(secret.SecretName))
                problems.Add(path, "malformed secret reference: it needs the secret's id and its name");
            else if (CheckFile(secret.File, "secret", path, problems))
                CheckTarget(taken, FileTargets.PathOf(secret), $"secret {secret.SecretName}", path, problems);
        }
        var configs = container.Configs.OrEmpty();
        for (var i = 0; i < configs.Count; i++)
        {
            var (config, path) = (configs[i], $"{ContainerRules.Root}.Configs[{i}]");
            if (config is null || string.IsNullOrEmpty(config.ConfigId) || string.IsNullOrEmpty(config.ConfigName))
                problems.Add(path, "malformed config reference: it needs the config's id and its name");
            else if (config.Runtime is not null)
                problems.Unsupported(path + ".Runtime", "a config that the runtime itself uses (a credential spec) is not supported yet: let the config be a file");
            else if (CheckFile(config.File, "config", path, problems))
                CheckTarget(taken, FileTargets.PathOf(config), $"config {config.ConfigName}", path, problems);
        }
    }

    private static bool CheckFile(FileTarget? file, string kind, string path, SpecProblems problems)
    {
        if (file is null)
        {
            problems.Add(path, $"malformed {kind} reference, no target provided");
            return false;
        }
        CheckOwner(file.UID, "UID", path, problems);
        CheckOwner(file.GID, "GID", path, problems);
        problems.AddUnless(file.Mode is null or <= ModeMax, path + ".File.Mode", $"{file.Mode} is not a file's mode: it is below 10000 in octal digits, as 0440");
        var name = file.Name ?? "";
        var right = name.TrimStart('/').Length > 0 && !name.EndsWith('/') && !name.Contains('\0') && !name.Split('/').Any(part => part is "." or "..");
        problems.AddUnless(right, path + ".File.Name", $"malformed file {kind} reference, invalid target file name provided: '{name}' is no path of a file");
        return right;
    }

    private static void CheckOwner(string? number, string field, string path, SpecProblems problems) => problems.AddUnless(
        string.IsNullOrEmpty(number) || (uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id < uint.MaxValue),
        $"{path}.File.{field}", $"'{number}' is not a number: names of users and groups are not known outside of the container");

    private static void CheckTarget(Dictionary<string, string> taken, string target, string what, string path, SpecProblems problems)
    {
        if (!taken.TryAdd(target, what))
            problems.Add(path, $"references '{taken[target]}' and '{what}' have a conflicting target: '{target}'");
    }
}
