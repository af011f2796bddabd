using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace SwarmPS.Help;

/// <summary>The help file of a binary module: what <c>Get-Help</c> reads.</summary>
public static class Maml
{
    // What Get-Help -Online opens: the folder of the pages.
    private const string Online = "https://github.com/swarmps/swarmps/blob/main/docs/cmdlets/";

    private static readonly XNamespace Items = "http://msh";
    private static readonly XNamespace Text = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    /// <summary>Writes the file below a module's folder, where PowerShell looks for it whatever the language of the user.</summary>
    /// <param name="module">The module's folder.</param>
    public static void Write(string module)
    {
        var folder = Directory.CreateDirectory(Path.Combine(module, "en-US")).FullName;
        using var writer = XmlWriter.Create(Path.Combine(folder, "SwarmPS.Cmdlets.dll-Help.xml"), new() { Indent = true });
        Document().Save(writer);
    }

    /// <summary>The file's content.</summary>
    public static XDocument Document() => new(new XElement(Items + "helpItems", new XAttribute("schema", "maml"), Cmdlets.Read().Select(Of)));

    private static XElement Of(CmdletHelp cmdlet) => new(Command + "command",
        new XAttribute(XNamespace.Xmlns + "maml", Text), new XAttribute(XNamespace.Xmlns + "command", Command), new XAttribute(XNamespace.Xmlns + "dev", Dev),
        new XElement(Command + "details",
            new XElement(Command + "name", cmdlet.Name),
            new XElement(Command + "verb", cmdlet.Name.Split('-')[0]),
            new XElement(Command + "noun", cmdlet.Name.Split('-')[1]),
            Description([cmdlet.Synopsis])),
        Description(cmdlet.Description),
        new XElement(Command + "syntax", cmdlet.ParameterSets.Select(set => Syntax(cmdlet, set))),
        new XElement(Command + "parameters", cmdlet.Parameters.Select(parameter => Parameter(parameter, parameter.Placing))),
        new XElement(Command + "inputTypes", cmdlet.Inputs.Select(input => Typed("inputType", input))),
        new XElement(Command + "returnValues", cmdlet.Outputs.Select(output => Typed("returnValue", output))),
        new XElement(Text + "alertSet", new XElement(Text + "alert",
            new XElement(Text + "para", "Errors, by their ids:"),
            cmdlet.Errors.Select(error => new XElement(Text + "para", $"{error.Id}: {error.Text.Plain}")))),
        new XElement(Command + "examples", cmdlet.Examples.Select(Example)),
        new XElement(Command + "relatedLinks", cmdlet.Related.Select(name => Link(name, "")).Prepend(Link("Online version:", $"{Online}{cmdlet.Name}.md"))));

    private static XElement Link(string text, string uri) =>
        new(Text + "navigationLink", new XElement(Text + "linkText", text), new XElement(Text + "uri", uri));

    private static XElement Syntax(CmdletHelp cmdlet, string set) => new(Command + "syntaxItem",
        new XElement(Text + "name", cmdlet.Name),
        cmdlet.Parameters.Where(parameter => parameter.IsIn(set))
            .OrderBy(parameter => parameter.PlacingIn(set).Position ?? int.MaxValue)
            .ThenBy(parameter => !parameter.PlacingIn(set).IsMandatory)
            .Select(parameter => Parameter(parameter, parameter.PlacingIn(set))));

    private static XElement Parameter(ParameterHelp parameter, Placing placing) => new(Command + "parameter",
        new XAttribute("required", placing.IsMandatory ? "true" : "false"),
        new XAttribute("variableLength", parameter.IsMany ? "true" : "false"),
        new XAttribute("globbing", parameter.HasWildcards ? "true" : "false"),
        new XAttribute("pipelineInput", placing.Pipeline),
        new XAttribute("position", placing.Position is { } position ? position.ToString(CultureInfo.InvariantCulture) : "named"),
        new XAttribute("aliases", parameter.Aliases.Count > 0 ? string.Join(", ", parameter.Aliases) : "none"),
        new XElement(Text + "name", parameter.Name),
        Description(parameter.Unit is { } unit ? [parameter.Text, new($"Unit: {unit.Marked}.")] : [parameter.Text]),
        parameter.Type.Length == 0 ? null : new XElement(Command + "parameterValue", new XAttribute("required", "true"), new XAttribute("variableLength", "false"), parameter.Type),
        new XElement(Dev + "type", new XElement(Text + "name", parameter.Type.Length == 0 ? "SwitchParameter" : parameter.Type), new XElement(Text + "uri")),
        new XElement(Dev + "defaultValue", parameter.Default.Plain));

    private static XElement Typed(string element, TypeHelp type) => new(Command + element,
        new XElement(Dev + "type", new XElement(Text + "name", type.Name)), Description([type.Text]));

    private static XElement Example(ExampleHelp example, int index) => new(Command + "example",
        new XElement(Text + "title", $"-------------------------- Example {index + 1} --------------------------"),
        new XElement(Dev + "code", example.Code),
        new XElement(Dev + "remarks", new XElement(Text + "para", example.Text.Plain), new XElement(Text + "para")));

    private static XElement Description(IEnumerable<Prose> paragraphs) =>
        new(Text + "description", paragraphs.Select(paragraph => new XElement(Text + "para", paragraph.Plain)));
}
