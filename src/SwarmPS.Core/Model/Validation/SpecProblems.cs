using System.Globalization;
using Newtonsoft.Json;

namespace SwarmPS.Model.Validation;

/// <summary>Gathers everything that is wrong with a spec, so that it is all said at once.</summary>
internal sealed class SpecProblems
{
    private readonly List<SpecProblem> found = [];

    /// <summary>What was found, in the order of the fields.</summary>
    public IReadOnlyList<SpecProblem> Found => found;

    /// <summary>The spec is wrong.</summary>
    public void Add(string path, string message) => found.Add(new(path, message));

    /// <summary>The spec is wrong unless <paramref name="right"/>.</summary>
    public void AddUnless(bool right, string path, string message)
    {
        if (!right)
            Add(path, message);
    }

    /// <summary>The spec asks for what is not supported yet.</summary>
    public void Unsupported(string path, string message) => found.Add(new(path, message, Unsupported: true));

    /// <summary>A duration that may be left open, but not be below zero.</summary>
    public void NotNegative(TimeSpan? duration, string path) =>
        AddUnless(duration is null || duration >= TimeSpan.Zero, path, $"a duration cannot be below zero ({duration})");

    /// <summary>Labels need keys, of one line; their values may be anything.</summary>
    public void Labels(ValueMap<string>? labels, string path)
    {
        foreach (var key in labels.OrEmpty().Keys)
        {
            AddUnless(key.Length > 0, path, "a label needs a key: write KEY=VALUE");
            AddUnless(
                !key.Any(IsControl), path, $"the key {JsonConvert.ToString(key)} has a line break or another control character: use other characters");
        }
    }

    private static bool IsControl(char letter) =>
        char.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
