using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace SwarmPS.Encoding;

/// <summary>How a type is encoded.</summary>
internal enum Form
{
    /// <summary>A number or a truth value, by the writer's own methods.</summary>
    Scalar,

    /// <summary>An enumeration, as its number.</summary>
    Enum,

    /// <summary>By a class of the daemon.</summary>
    Own,

    /// <summary>A value type, or nil.</summary>
    Nullable,

    /// <summary>An array of the elements.</summary>
    List,

    /// <summary>A map from text.</summary>
    Map,

    /// <summary>A map by property name, without what is at its default.</summary>
    Object,
}

/// <summary>What is written for one type.</summary>
internal sealed class EncodingPlan(ITypeSymbol type, Form form, string name)
{
    public ITypeSymbol Type { get; } = type;

    public Form Form { get; } = form;

    /// <summary>Names the type's methods.</summary>
    public string Name { get; } = name;

    /// <summary>The type as code names it.</summary>
    public string Code { get; } = type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    /// <summary>What a list, a map or a nullable holds.</summary>
    public EncodingPlan? Element { get; set; }

    /// <summary>The class that encodes it.</summary>
    public string? Owner { get; set; }

    /// <summary>An object's properties, those of its constructor first.</summary>
    public List<EncodedProperty> Properties { get; } = [];

    /// <summary>What its constructor is given for a default instance.</summary>
    public List<string> Defaults { get; } = [];
}

/// <summary>A property of an object.</summary>
internal sealed class EncodedProperty(string name, EncodingPlan plan, bool isParameter, bool isRequired)
{
    public string Name { get; } = name;

    public EncodingPlan Plan { get; } = plan;

    /// <summary>Whether the constructor takes it; else an initializer does.</summary>
    public bool IsParameter { get; } = isParameter;

    /// <summary>Whether every initializer has to name it.</summary>
    public bool IsRequired { get; } = isRequired;
}

/// <summary>The types that are encoded: those asked for, and all they hold.</summary>
internal sealed class EncodingPlans(IEnumerable<(ITypeSymbol Type, INamedTypeSymbol Class)> own)
{
    private const int MostProperties = 64;

    private readonly Dictionary<ISymbol, INamedTypeSymbol> owners = own.ToDictionary(o => (ISymbol)o.Type, o => o.Class, SymbolEqualityComparer.Default);
    private readonly Dictionary<ISymbol, EncodingPlan?> plans = new(SymbolEqualityComparer.Default);
    private readonly HashSet<string> names = [];

    /// <summary>All plans that need methods of their own.</summary>
    public IEnumerable<EncodingPlan> All => plans.Values.OfType<EncodingPlan>().Where(plan => plan.Form is not (Form.Scalar or Form.Own));

    /// <summary>Why something cannot be encoded.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>The plan of a type that was added.</summary>
    public EncodingPlan Of(ITypeSymbol type) => plans[type]!;

    /// <summary>Adds a type and all it holds; <paramref name="place"/> says in an error where it was met.</summary>
    public EncodingPlan? Add(ITypeSymbol type, string place)
    {
        type = type.WithNullableAnnotation(NullableAnnotation.NotAnnotated);
        if (plans.TryGetValue(type, out var known))
        {
            if (known is null && Problems.Count == 0)
                Problems.Add($"{place}: {type} holds itself; a message has to end somewhere.");
            return known;
        }
        plans[type] = null;
        return plans[type] = Plan(type, place);
    }

    private EncodingPlan? Plan(ITypeSymbol type, string place)
    {
        if (owners.TryGetValue(type, out var owner))
            return new(type, Form.Own, "") { Owner = owner.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat) };
        if (type.TypeKind == TypeKind.Enum)
            return new(type, Form.Enum, NameOf(type));
        if (type.SpecialType is SpecialType.System_Boolean or (>= SpecialType.System_SByte and <= SpecialType.System_Double and not SpecialType.System_Decimal))
            return new(type, Form.Scalar, type.Name);
        if (type is IArrayTypeSymbol array)
            return With(type, Form.List, array.ElementType, place);
        if (type is INamedTypeSymbol { IsGenericType: true } generic)
        {
            return generic.Name switch
            {
                "Nullable" => With(type, Form.Nullable, generic.TypeArguments[0], place),
                "ValueList" or "IReadOnlyList" => With(type, Form.List, generic.TypeArguments[0], place),
                "ValueMap" => With(type, Form.Map, generic.TypeArguments[0], place),
                "Dictionary" when generic.TypeArguments[0].SpecialType == SpecialType.System_String => With(type, Form.Map, generic.TypeArguments[1], place),
                _ => Refuse(type, place),
            };
        }
        return type is INamedTypeSymbol { IsAbstract: false, TypeKind: TypeKind.Class or TypeKind.Struct } named && type.SpecialType == SpecialType.None
            ? Object(named, place) : Refuse(type, place);
    }

    private EncodingPlan? Refuse(ITypeSymbol type, string place)
    {
        Problems.Add($"{place}: {type} has no encoding. Give it one by a class with [EncodingOf<{type.Name}>].");
        return null;
    }

    private EncodingPlan With(ITypeSymbol type, Form form, ITypeSymbol element, string place) =>
        new(type, form, NameOf(type)) { Element = Add(element, place) };

    private EncodingPlan Object(INamedTypeSymbol type, string place)
    {
        var plan = new EncodingPlan(type, Form.Object, NameOf(type));
        var properties = PropertiesOf(type);
        var parameters = ConstructorOf(type, properties);
        foreach (var parameter in parameters)
        {
            Take(properties.First(p => IsFor(p, parameter)), true);
            plan.Defaults.Add(parameter.HasExplicitDefaultValue ? Literal(parameter) : $"default({plan.Properties.Last().Plan?.Code})!");
        }
        foreach (var property in properties.Where(p => p.SetMethod is not null && !parameters.Any(parameter => IsFor(p, parameter))))
            Take(property, false);
        if (plan.Properties.Count > MostProperties)
            Problems.Add($"{place}: {type} has more than {MostProperties} properties; put some into an object of their own.");
        return plan;

        void Take(IPropertySymbol property, bool isParameter)
        {
            if (Add(property.Type, $"{type.Name}.{property.Name}") is { } inner)
                plan.Properties.Add(new(property.Name, inner, isParameter, property.IsRequired));
        }
    }

    /// <summary>The readable properties of a type, its bases' first.</summary>
    private static List<IPropertySymbol> PropertiesOf(INamedTypeSymbol type)
    {
        var found = type.BaseType is { SpecialType: SpecialType.None } above ? PropertiesOf(above) : [];
        found.AddRange(type.GetMembers().OfType<IPropertySymbol>().Where(p =>
            p is { IsStatic: false, IsIndexer: false, IsOverride: false, DeclaredAccessibility: Accessibility.Public, GetMethod: not null }));
        return found;
    }

    /// <summary>The parameters of the constructor that takes the most properties.</summary>
    private static IReadOnlyList<IParameterSymbol> ConstructorOf(INamedTypeSymbol type, List<IPropertySymbol> properties) =>
        type.InstanceConstructors
            .Where(c => c.DeclaredAccessibility == Accessibility.Public && c.Parameters.All(parameter => properties.Any(p => IsFor(p, parameter))))
            .OrderByDescending(c => c.Parameters.Length).FirstOrDefault()?.Parameters ?? [];

    private static bool IsFor(IPropertySymbol property, IParameterSymbol parameter) =>
        property.Name == parameter.Name && SymbolEqualityComparer.Default.Equals(property.Type, parameter.Type);

    private static string Literal(IParameterSymbol parameter) => parameter.ExplicitDefaultValue switch
    {
        null => "default!",
        string text => Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(text, true),
        bool truth => truth ? "true" : "false",
        var number => $"({parameter.Type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)}){number}",
    };

    private string NameOf(ITypeSymbol type)
    {
        var name = type switch
        {
            IArrayTypeSymbol array => "ArrayOf" + array.ElementType.Name,
            INamedTypeSymbol { IsGenericType: true } generic => generic.Name + "Of" + string.Concat(generic.TypeArguments.Select(a => a.Name)),
            _ => type.Name,
        };
        while (!names.Add(name))
            name += "_";
        return name;
    }
}
