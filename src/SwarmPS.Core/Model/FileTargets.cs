namespace SwarmPS.Model;

/// <summary>Where files of secrets and configs are inside a container.</summary>
public static class FileTargets
{
    /// <summary>The folder of secrets whose target is no absolute path.</summary>
    public const string SecretFolder = "/run/secrets";

    /// <summary>The mode where nothing is said: everyone may read.</summary>
    public const uint DefaultMode = 0b100_100_100;

    /// <summary>The path of a secret's file.</summary>
    public static string PathOf(SecretReference reference) => Absolute(SecretFolder, reference.File?.Name ?? "");

    /// <summary>The path of a config's file: without a folder, at the root.</summary>
    public static string PathOf(ConfigReference reference) => Absolute("", reference.File?.Name ?? "");

    private static string Absolute(string folder, string target) => target.StartsWith('/') ? target : $"{folder}/{target}";
}
