using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;

namespace SwarmPS.Encoding;

/// <summary>Writes the code for objects: maps by property name, without what is at its default.</summary>
internal static class ObjectWriter
{
    public static void Write(StringBuilder code, EncodingPlan plan, Func<EncodingPlan, string, string, string> writing, Func<EncodingPlan, string, string> reading)
    {
        var required = string.Concat(plan.Properties.Where(p => p.IsRequired && !p.IsParameter).Select(p => $"{p.Name} = default!, "));
        var initializer = required.Length == 0 ? "" : $" {{ {required}}}";
        code.AppendLine($"        private static readonly {plan.Code} Default{plan.Name} = new({string.Join(", ", plan.Defaults)}){initializer};").AppendLine();
        WriteWriter(code, plan, writing);
        WriteReader(code, plan, reading);
        WriteNames(code, plan);
    }

    private static void WriteWriter(StringBuilder code, EncodingPlan plan, Func<EncodingPlan, string, string, string> writing)
    {
        var isReference = !plan.Type.IsValueType;
        code.AppendLine($"        internal static void Write{plan.Name}(ref MessagePackWriter writer, {plan.Code}{(isReference ? "?" : "")} value)").AppendLine("        {");
        if (isReference)
            code.AppendLine("            if (value is null)").AppendLine("            {").AppendLine("                writer.WriteNil();").AppendLine("                return;").AppendLine("            }");
        code.AppendLine($"            var usual = Default{plan.Name};").AppendLine("            ulong set = 0;");
        Each(plan, (property, i) => code.AppendLine($"            if ({Differs(property)})").AppendLine($"                set |= 1UL << {i};"));
        code.AppendLine("            writer.WriteMapHeader(BitOperations.PopCount(set));");
        Each(plan, (property, i) => code
            .AppendLine($"            if ((set & (1UL << {i})) != 0)").AppendLine("            {")
            .AppendLine($"                writer.WriteString(\"{property.Name}\"u8);")
            .AppendLine($"                {writing(property.Plan, "value." + property.Name, "")};").AppendLine("            }"));
        code.AppendLine("        }").AppendLine();
    }

    private static void WriteReader(StringBuilder code, EncodingPlan plan, Func<EncodingPlan, string, string> reading)
    {
        code.AppendLine($"        internal static {plan.Code} Read{plan.Name}(ref MessagePackReader reader)").AppendLine("        {");
        if (!plan.Type.IsValueType)
            code.AppendLine("            if (reader.TryReadNil())").AppendLine("                return null!;");
        Each(plan, (property, i) => code.AppendLine($"            var v{i} = Default{plan.Name}.{property.Name};"));
        code.AppendLine("            for (var fields = reader.ReadMapHeader(); fields > 0; fields--)").AppendLine("            {")
            .AppendLine($"                switch (PropertyOf{plan.Name}(reader.ReadStringSpan()))").AppendLine("                {");
        Each(plan, (property, i) => code.AppendLine($"                    case {i}: v{i} = {reading(property.Plan, "")}; break;"));
        code.AppendLine("                    default: reader.Skip(new SerializationContext()); break;").AppendLine("                }").AppendLine("            }");
        var parameters = new List<string>();
        var initializers = new List<string>();
        Each(plan, (property, i) => (property.IsParameter ? parameters : initializers).Add(property.IsParameter ? $"v{i}" : $"{property.Name} = v{i}"));
        code.AppendLine($"            return new {plan.Code}({string.Join(", ", parameters)}) {{ {string.Join(", ", initializers)} }};").AppendLine("        }").AppendLine();
    }

    /// <summary>Finds a property by its name: by length first, which few share.</summary>
    private static void WriteNames(StringBuilder code, EncodingPlan plan)
    {
        code.AppendLine($"        private static int PropertyOf{plan.Name}(global::System.ReadOnlySpan<byte> name)").AppendLine("        {").AppendLine("            switch (name.Length)").AppendLine("            {");
        foreach (var same in plan.Properties.Select((property, i) => (property.Name, Index: i)).GroupBy(p => p.Name.Length))
        {
            var tests = string.Concat(same.Select(p => $"global::System.MemoryExtensions.SequenceEqual(name, \"{p.Name}\"u8) ? {p.Index} : "));
            code.AppendLine($"                case {same.Key}: return {tests}-1;");
        }
        code.AppendLine("                default: return -1;").AppendLine("            }").AppendLine("        }").AppendLine();
    }

    private static string Differs(EncodedProperty property)
    {
        var (mine, usual) = ("value." + property.Name, "usual." + property.Name);
        return property.Plan switch
        {
            { Form: Form.Scalar or Form.Enum } => $"{mine} != {usual}",
            { Form: Form.Nullable } => $"{mine}.HasValue != {usual}.HasValue || ({mine}.HasValue && !{mine}.Value.Equals({usual}!.Value))",
            { Form: Form.Own, Type.SpecialType: SpecialType.System_String } => $"{mine} != {usual}",
            { Type.IsValueType: true } => $"!{mine}.Equals({usual})",
            _ => $"!ReferenceEquals({mine}, {usual})",
        };
    }

    private static void Each(EncodingPlan plan, Action<EncodedProperty, int> act)
    {
        for (var i = 0; i < plan.Properties.Count; i++)
            act(plan.Properties[i], i);
    }
}
