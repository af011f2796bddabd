using System.Globalization;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>A secret or a config as a file of a task's container.</summary>
/// <param name="Kind">secret or config, for messages.</param>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Source">The path on this machine, in memory.</param>
/// <param name="Target">The path inside the container.</param>
/// <param name="User">The owner.</param>
/// <param name="Group">The group.</param>
/// <param name="Mode">The mode bits.</param>
internal sealed record TaskFile(string Kind, string Id, string Name, string Source, string Target, uint User, uint Group, UnixFileMode Mode)
{
    private const uint ModeBits = 0xFFF;

    /// <summary>The files of a task. Pure: the same task gives the same files.</summary>
    /// <param name="task">The task.</param>
    /// <param name="folder">Where they are on this machine.</param>
    public static IReadOnlyList<TaskFile> Of(SwarmTask task, string folder)
    {
        var container = task.Spec.ContainerSpec;
        var secrets = container?.Secrets.OrEmpty() ?? [];
        var configs = container?.Configs.OrEmpty() ?? [];
        if (secrets.Count + configs.Count == 0)
            return [];
        var files = new List<TaskFile>(secrets.Count + configs.Count);
        foreach (var secret in secrets)
            files.Add(Of("secret", secret.SecretId, secret.SecretName, secret.File, FileTargets.PathOf(secret), $"{folder}/secret-{files.Count}"));
        foreach (var config in configs)
            files.Add(Of("config", config.ConfigId, config.ConfigName, config.File, FileTargets.PathOf(config), $"{folder}/config-{files.Count}"));
        return files;
    }

    private static TaskFile Of(string kind, string? id, string? name, FileTarget? file, string target, string source) => new(
        kind, id ?? "", name ?? "", source, target, Number(file?.UID), Number(file?.GID), (UnixFileMode)((file?.Mode ?? FileTargets.DefaultMode) & ModeBits));

    private static uint Number(string? text) => string.IsNullOrEmpty(text) ? 0 : uint.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
