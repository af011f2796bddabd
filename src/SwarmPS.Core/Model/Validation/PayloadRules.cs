using SwarmPS.Notation;

namespace SwarmPS.Model.Validation;

/// <summary>What holds for secrets and configs.</summary>
internal static class PayloadRules
{
    /// <summary>Bytes that a secret must be below: 500 KiB.</summary>
    public const int SecretBytesMax = 500 * 1024;

    /// <summary>Bytes that a config must be below: 1000 KiB.</summary>
    public const int ConfigBytesMax = 1000 * 1024;

    private const int NameLengthMax = 64;

    public static void Check(SecretSpec spec, SpecProblems problems)
    {
        CheckName(spec.Name ?? "", problems);
        problems.Labels(spec.Labels, "Labels");
        if (spec.Driver is not null)
            problems.Unsupported("Driver", "secrets that a driver holds are not supported yet: give the secret's data");
        else
            CheckSize("secret", spec.Data, SecretBytesMax, problems);
        CheckTemplating("secret", spec.Templating, spec.Data, problems);
    }

    public static void Check(ConfigSpec spec, SpecProblems problems)
    {
        CheckName(spec.Name ?? "", problems);
        problems.Labels(spec.Labels, "Labels");
        CheckSize("config", spec.Data, ConfigBytesMax, problems);
        CheckTemplating("config", spec.Templating, spec.Data, problems);
    }

    private static void CheckName(string name, SpecProblems problems)
    {
        var valid = name.Length is > 0 and <= NameLengthMax && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]) &&
            name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
        problems.AddUnless(valid, "Name", $"invalid name '{name}', only {NameLengthMax} [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]");
    }

    private static void CheckSize(string kind, Payload? data, int limit, SpecProblems problems) =>
        problems.AddUnless(
            data is { Bytes.Length: > 0 } && data.Bytes.Length < limit,
            "Data", $"{kind} data must be larger than 0 and less than {limit} bytes; this has {data?.Bytes.Length ?? 0}");

    /// <summary>A template is filled in with nothing, to see whether it could be filled; what is wrong is told without what the payload holds.</summary>
    private static void CheckTemplating(string kind, PayloadDriver? templating, Payload? data, SpecProblems problems)
    {
        if (templating is null)
            return;
        if (templating.Name != PayloadTemplate.Driver)
            problems.Unsupported("Templating", $"there is no template driver '{templating.Name}': known is {PayloadTemplate.Driver}");
        else if (data is not null && PayloadTemplate.Problem($"the {kind}", data) is { } problem)
            problems.Add("Data", problem);
    }
}
