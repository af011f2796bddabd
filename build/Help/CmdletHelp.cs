using System.Text;
using System.Text.RegularExpressions;

namespace SwarmPS.Help;

/// <summary>What is told of a cmdlet.</summary>
public sealed record CmdletHelp
{
    /// <summary>The cmdlet, as <c>Get-SwarmService</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it does, in a sentence.</summary>
    public required Prose Synopsis { get; init; }

    /// <summary>How it does it, a paragraph each.</summary>
    public required IReadOnlyList<Prose> Description { get; init; }

    /// <summary>Its parameters, those of every parameter set once, in the order of their names.</summary>
    public required IReadOnlyList<ParameterHelp> Parameters { get; init; }

    /// <summary>The sets of parameters that go together: the default one first.</summary>
    public required IReadOnlyList<string> ParameterSets { get; init; }

    /// <summary>What can be piped to it.</summary>
    public required IReadOnlyList<TypeHelp> Inputs { get; init; }

    /// <summary>What it gives.</summary>
    public required IReadOnlyList<TypeHelp> Outputs { get; init; }

    /// <summary>The ids of its errors.</summary>
    public required IReadOnlyList<ErrorHelp> Errors { get; init; }

    /// <summary>Lines that work as they stand.</summary>
    public required IReadOnlyList<ExampleHelp> Examples { get; init; }

    /// <summary>Cmdlets of the same noun.</summary>
    public required IReadOnlyList<string> Related { get; init; }
}

/// <summary>What is told of a parameter.</summary>
public sealed record ParameterHelp
{
    /// <summary>The name, without its dash.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    public required Prose Text { get; init; }

    /// <summary>What may be written; empty for a switch.</summary>
    public required string Type { get; init; }

    /// <summary>How numbers are written that have a unit; null where they have none.</summary>
    public Prose? Unit { get; init; }

    /// <summary>What holds where it is not given.</summary>
    public required Prose Default { get; init; }

    /// <summary>Other names of it.</summary>
    public required IReadOnlyList<string> Aliases { get; init; }

    /// <summary>Whether names may have wildcards.</summary>
    public bool HasWildcards { get; init; }

    /// <summary>How it stands in each parameter set, by the set's name.</summary>
    public required IReadOnlyDictionary<string, Placing> Sets { get; init; }

    /// <summary>Whether it takes several.</summary>
    public bool IsMany => Type.EndsWith("[]", StringComparison.Ordinal);

    /// <summary>How it stands in the first set that has it.</summary>
    public Placing Placing => Sets.Values.First();
}

/// <summary>How a parameter stands in a parameter set.</summary>
/// <param name="IsMandatory">Whether it must be given.</param>
/// <param name="Position">Its place without a name, from 0; null for none.</param>
/// <param name="IsPiped">Whether objects can be piped to it.</param>
/// <param name="IsPipedByName">Whether a property of its name can.</param>
public sealed record Placing(bool IsMandatory, int? Position, bool IsPiped, bool IsPipedByName)
{
    /// <summary>The pipeline's part in PowerShell's words.</summary>
    public string Pipeline => (IsPiped, IsPipedByName) switch
    {
        (true, true) => "True (ByPropertyName, ByValue)",
        (true, false) => "True (ByValue)",
        (false, true) => "True (ByPropertyName)",
        _ => "False",
    };
}

/// <summary>A type of what goes in or comes out.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Text">What it is.</param>
public sealed record TypeHelp(string Name, Prose Text);

/// <summary>An error that scripts can tell by its id.</summary>
/// <param name="Id">The id.</param>
/// <param name="Text">When it comes.</param>
public sealed record ErrorHelp(string Id, Prose Text);

/// <summary>Lines that work as they stand.</summary>
/// <param name="Code">The lines.</param>
/// <param name="Text">What they do.</param>
public sealed record ExampleHelp(string Code, Prose Text);

/// <summary>A text in which code is marked by backticks.</summary>
/// <param name="Marked">The text with its backticks.</param>
public sealed partial record Prose(string Marked)
{
    /// <summary>No text.</summary>
    public static readonly Prose None = new("");

    /// <summary>The text without marks, as a terminal shows it.</summary>
    public string Plain => Marked.Replace("`", "", StringComparison.Ordinal);

    /// <summary>A text of one line of a documentation comment's lines.</summary>
    public static Prose Of(StringBuilder text) => new(Blanks().Replace(text.ToString(), " ").Trim());

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
