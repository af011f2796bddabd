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
        CheckTemplating(spec.Templating, problems);
    }

    public static void Check(ConfigSpec spec, SpecProblems problems)
    {
        CheckName(spec.Name ?? "", problems);
        problems.Labels(spec.Labels, "Labels");
        CheckSize("config", spec.Data, ConfigBytesMax, problems);
        CheckTemplating(spec.Templating, problems);
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

    private static void CheckTemplating(PayloadDriver? templating, SpecProblems problems)
    {
        if (templating is not null)
            problems.Unsupported("Templating", "templates within payloads are not supported yet: leave the template driver out and fill them in before");
    }
}
