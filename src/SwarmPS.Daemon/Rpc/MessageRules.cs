using SwarmPS.Model;
using SwarmPS.Model.Validation;

namespace SwarmPS.Daemon.Rpc;

/// <summary>What validators of messages have in common. Each throws <see cref="SwarmException"/> (InvalidArgument) with the field and why.</summary>
internal static class MessageRules
{
    /// <summary>Characters of an id.</summary>
    public const int IdMax = 64;

    /// <summary>Characters of an address with its port.</summary>
    public const int AddressMax = 128;

    /// <summary>A message without a field of its own that could be wrong.</summary>
    public static void Nothing<T>(T message) where T : class
    {
        // Whatever was read of it is of the right type, and that is all it has.
    }

    /// <summary>Refuses the message unless this holds.</summary>
    public static void Require(bool holds, string field, string why)
    {
        if (!holds)
            throw SwarmException.Invalid($"{field}: {why}.");
    }

    /// <summary>A text that has to be there.</summary>
    public static void Text(string? text, int max, string field)
    {
        Require(text is not null, field, "it is missing");
        Require(text!.Length <= max, field, $"{text.Length} characters are more than {max}");
    }

    /// <summary>Bytes that have to be there.</summary>
    public static void Bytes(byte[]? bytes, int max, string field)
    {
        Require(bytes is not null, field, "it is missing");
        Require(bytes!.Length <= max, field, $"{bytes.Length} bytes are more than {max}");
    }

    /// <summary>A list that has to be there, and each of its entries.</summary>
    public static void List<T>(IReadOnlyCollection<T?>? list, int max, string field, Action<T> check) where T : class
    {
        Require(list is not null, field, "it is missing");
        Require(list!.Count <= max, field, $"{list.Count} entries are more than {max}");
        foreach (var entry in list)
        {
            Require(entry is not null, field, "an entry is missing");
            check(entry!);
        }
    }

    /// <summary>A number that stands for one of a few words.</summary>
    public static void Word<T>(T word, string field) where T : struct, Enum => Require(Enum.IsDefined(word), field, $"{word} is not known");

    /// <summary>Refuses the message where something was found.</summary>
    public static void None(IReadOnlyList<SpecProblem> problems, string field)
    {
        if (problems.Count > 0)
            throw SwarmException.Invalid($"{field}.{problems[0]}.");
    }
}
