namespace SwarmPS.Model.Validation;

/// <summary>Names of services and networks: parts of names that DNS knows.</summary>
public static class ObjectNames
{
    /// <summary>Characters a name may have.</summary>
    public const int LengthMax = 63;

    /// <summary>What is wrong with a name, or null.</summary>
    public static string? Problem(string name)
    {
        if (name.Length > LengthMax)
            return $"name must be {LengthMax} characters or fewer; '{name}' has {name.Length}";
        var valid = name.Length > 0 && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]) &&
            name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
        return valid ? null : $"name must be valid as a DNS name component: '{name}' may have letters, digits, - and _, and begins and ends with a letter or digit";
    }
}
