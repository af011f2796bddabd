using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Xml.Linq;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Notation;

namespace SwarmPS.Help;

/// <summary>The help of all cmdlets, of their documentation comments and of what PowerShell itself knows of them.</summary>
public static class Cmdlets
{
    private const string AllSets = "__AllParameterSets";

    /// <summary>The help of each cmdlet, in the order of their names.</summary>
    public static IReadOnlyList<CmdletHelp> Read()
    {
        var assembly = typeof(SessionCmdlet).Assembly;
        var comments = Comments.Of(assembly);
        var types = assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(SessionCmdlet)) && !type.IsAbstract).OrderBy(NameOf, StringComparer.Ordinal).ToList();
        return [.. types.Select(type => Read(type, comments, [.. types.Select(NameOf)]))];
    }

    private static CmdletHelp Read(Type type, Comments comments, IReadOnlyList<string> all)
    {
        var metadata = new CommandMetadata(type);
        var comment = comments.Of(type);
        var parameters = metadata.Parameters.Values.Select(parameter => Read(type, parameter, comments)).ToList();
        if (metadata.SupportsShouldProcess)
            parameters.AddRange([Common("Confirm", "cf", "Asks before anything is changed."), Common("WhatIf", "wi", "Says what would be done, and does nothing.")]);
        var name = NameOf(type);
        return new()
        {
            Name = name,
            Synopsis = Comments.Text(comment.Element("summary")),
            Description = Comments.Paragraphs(comment.Element("remarks")),
            Parameters = [.. parameters.OrderBy(parameter => parameter.Name, StringComparer.Ordinal)],
            ParameterSets = SetsOf(metadata),
            Inputs = Inputs(parameters),
            Outputs = [.. type.GetCustomAttributes<OutputTypeAttribute>().SelectMany(attribute => attribute.Type).Select(output => Output(output.Type, comments))],
            Errors = [.. Lineage(type).SelectMany(of => comments.Of(of).Elements("error")).Select(error => new ErrorHelp((string)error.Attribute("id")!, Comments.Text(error)))],
            Examples = [.. comment.Elements("example").Select(Example)],
            Related = [.. all.Where(other => other != name && other.Split('-')[1] == name.Split('-')[1])],
        };
    }

    private static ParameterHelp Read(Type type, ParameterMetadata parameter, Comments comments)
    {
        var property = type.GetProperty(parameter.Name)!;
        var comment = comments.Of(property);
        var isSwitch = parameter.ParameterType == typeof(SwitchParameter);
        return new()
        {
            Name = parameter.Name,
            Text = Comments.Text(comment.Element("summary")),
            Type = isSwitch ? "" : Words(property) ?? TypeName(parameter.ParameterType),
            Unit = Unit(property),
            Default = Default(type, property, comment, isSwitch),
            Aliases = [.. parameter.Aliases],
            HasWildcards = property.GetCustomAttribute<SupportsWildcardsAttribute>() is not null,
            Sets = parameter.ParameterSets.ToDictionary(set => set.Key, set => new Placing(
                set.Value.IsMandatory, set.Value.Position < 0 ? null : set.Value.Position, set.Value.ValueFromPipeline, set.Value.ValueFromPipelineByPropertyName)),
        };
    }

    private static ParameterHelp Common(string name, string alias, string text) => new()
    {
        Name = name,
        Text = new(text),
        Type = "",
        Default = new("no"),
        Aliases = [alias],
        Sets = new Dictionary<string, Placing> { [AllSets] = new(false, null, false, false) },
    };

    /// <summary>Whether a parameter belongs to a set.</summary>
    public static bool IsIn(this ParameterHelp parameter, string set) => parameter.Sets.ContainsKey(set) || parameter.Sets.ContainsKey(AllSets);

    /// <summary>How a parameter stands in a set that it belongs to.</summary>
    public static Placing PlacingIn(this ParameterHelp parameter, string set) => parameter.Sets.GetValueOrDefault(set) ?? parameter.Sets[AllSets];

    private static string NameOf(Type type)
    {
        var attribute = type.GetCustomAttribute<CmdletAttribute>()!;
        return $"{attribute.VerbName}-{attribute.NounName}";
    }

    /// <summary>A class and those it derives from, as far as they are ours: what they say holds for it.</summary>
    private static IEnumerable<Type> Lineage(Type type)
    {
        for (var at = type; at is not null && at.Assembly == type.Assembly; at = at.BaseType)
            yield return at;
    }

    private static IReadOnlyList<string> SetsOf(CommandMetadata metadata)
    {
        var sets = metadata.Parameters.Values.SelectMany(parameter => parameter.ParameterSets.Keys).Where(set => set != AllSets).Distinct().ToList();
        return sets.Count == 0 ? [AllSets] : [.. sets.OrderBy(set => set != metadata.DefaultParameterSetName).ThenBy(set => set, StringComparer.Ordinal)];
    }

    private static List<TypeHelp> Inputs(IEnumerable<ParameterHelp> parameters)
    {
        var inputs = parameters.Where(parameter => parameter.Placing.IsPiped)
            .Select(parameter => new TypeHelp(parameter.Type.Replace("[]", "", StringComparison.Ordinal), new($"`-{parameter.Name}`, one after another."))).ToList();
        var properties = parameters.Where(parameter => parameter.Placing.IsPipedByName)
            .Select(parameter => $"`{string.Join("`, `", parameter.Aliases.Prepend(parameter.Name))}` as `-{parameter.Name}`").ToList();
        if (properties.Count > 0)
            inputs.Add(new("PSObject", new($"Objects by their properties: {string.Join("; ", properties)}.")));
        return inputs.Count > 0 ? inputs : [new("None", new("Nothing can be piped to it."))];
    }

    private static TypeHelp Output(Type? type, Comments comments) => type switch
    {
        null => new("None", new("It gives nothing.")),
        _ when type == typeof(void) => new("None", new("It gives nothing.")),
        _ when type == typeof(FileInfo) => new("FileInfo", new("The file that was written.")),
        _ when type == typeof(string) => new("string", new("Text.")),
        _ => new(type.Name, Comments.Text(comments.Of(type).Element("summary"))),
    };

    private static ExampleHelp Example(XElement example) =>
        new(Comments.Code(example.Element("code")!), Comments.Text(example.Element("para")));

    /// <summary>The words there are to choose from; null where anything may be written.</summary>
    private static string? Words(PropertyInfo property)
    {
        var type = Element(property.PropertyType);
        var words = property.GetCustomAttribute<ValidateSetAttribute>()?.ValidValues ?? (type.IsEnum ? Enum.GetNames(type) : null);
        return words is null ? null : $"{{{string.Join(" | ", words)}}}{(property.PropertyType.IsArray ? "[]" : "")}";
    }

    private static Type Element(Type type)
    {
        var item = type.IsArray ? type.GetElementType()! : type;
        return Nullable.GetUnderlyingType(item) ?? item;
    }

    private static string TypeName(Type type)
    {
        var name = Element(type) switch
        {
            var item when item == typeof(string) => "string",
            var item when item == typeof(int) || item == typeof(uint) => "int",
            var item when item == typeof(long) || item == typeof(ulong) => "long",
            var item when item == typeof(decimal) || item == typeof(double) => "number",
            var item when item == typeof(object) => "object",
            var item => item.Name,
        };
        return type.IsArray ? name + "[]" : name;
    }

    private static Prose? Unit(PropertyInfo property) =>
        property.GetCustomAttribute<DurationTransformationAttribute>() is not null ? new("a time with its unit, as `500ms`, `10s`, `1m30s`, `24h`; or a TimeSpan")
        : property.GetCustomAttribute<ByteSizeTransformationAttribute>() is not null ? new("bytes, or with a unit, as `512m`, `2g`")
        : null;

    /// <summary>The default as its comment's <c>value</c> says it, or as the property has it at first.</summary>
    private static Prose Default(Type type, PropertyInfo property, XElement comment, bool isSwitch)
    {
        var told = Comments.Text(comment.Element("value"));
        var isChange = type.GetCustomAttribute<CmdletAttribute>()!.VerbName is VerbsData.Update or VerbsCommon.Set;
        var first = isSwitch ? null : property.GetValue(Activator.CreateInstance(type));
        return first switch
        {
            TimeSpan time => new($"`{Durations.Format(time)}`"),
            string { Length: > 0 } text => new($"`{text}`"),
            Enum word => new($"`{word}`"),
            string or ICollection or null or ulong or false when isChange && comment.Element("value") is not null => new("as it is"),
            _ when told.Marked.Length > 0 => told,
            _ when isSwitch => new("no"),
            int or long or double => new(Convert.ToString(first, CultureInfo.InvariantCulture)!),
            _ => new("none"),
        };
    }
}
