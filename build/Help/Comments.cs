using System.Reflection;
using System.Text;
using System.Xml.Linq;

namespace SwarmPS.Help;

/// <summary>The documentation comments of an assembly, which the compiler leaves beside it.</summary>
internal sealed class Comments
{
    private readonly Dictionary<string, XElement> members;

    private Comments(Dictionary<string, XElement> members) => this.members = members;

    /// <summary>Reads those of an assembly and of those it names, which lie beside it too.</summary>
    public static Comments Of(Assembly assembly)
    {
        var path = Path.ChangeExtension(assembly.Location, ".xml");
        var document = XDocument.Load(path, LoadOptions.PreserveWhitespace);
        return new(document.Descendants("member").ToDictionary(member => (string)member.Attribute("name")!));
    }

    /// <summary>The comment of a type; an empty one where there is none.</summary>
    public XElement Of(Type type) => Find($"T:{type.FullName?.Replace('+', '.')}");

    /// <summary>The comment of a property.</summary>
    public XElement Of(PropertyInfo property) => Find($"P:{property.DeclaringType!.FullName?.Replace('+', '.')}.{property.Name}");

    /// <summary>The text of a comment's element; nothing where it is not there.</summary>
    public static Prose Text(XElement? element) => element is null ? Prose.None : Prose.Of(Append(new(), element));

    /// <summary>The paragraphs of an element: its <c>para</c>s, or all of it where it has none.</summary>
    public static IReadOnlyList<Prose> Paragraphs(XElement? element) => element switch
    {
        null => [],
        _ when element.Elements("para").Any() => [.. element.Elements("para").Select(Text)],
        _ => [Text(element)],
    };

    /// <summary>Lines of code without the indentation they share.</summary>
    public static string Code(XElement element)
    {
        var lines = element.Value.Trim('\r', '\n').Split('\n').Select(line => line.TrimEnd()).ToList();
        while (lines.Count > 0 && lines[^1].Length == 0)
            lines.RemoveAt(lines.Count - 1);
        var margin = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > margin ? line[margin..] : ""));
    }

    private XElement Find(string name) => members.GetValueOrDefault(name) ?? new XElement("member");

    private static StringBuilder Append(StringBuilder text, XElement element)
    {
        foreach (var node in element.Nodes())
        {
            switch (node)
            {
                case XText plain:
                    text.Append(plain.Value);
                    break;
                case XElement { Name.LocalName: "c" } code:
                    text.Append('`').Append(code.Value).Append('`');
                    break;
                case XElement { Name.LocalName: "see" or "paramref" } reference:
                    text.Append('`').Append(((string?)reference.Attribute("cref") ?? (string?)reference.Attribute("name") ?? "").Split('.')[^1]).Append('`');
                    break;
                case XElement other:
                    Append(text, other);
                    break;
                default:
                    break;
            }
        }
        return text;
    }
}
