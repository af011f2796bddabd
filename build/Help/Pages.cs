using System.Text;

namespace SwarmPS.Help;

/// <summary>A page in Markdown for each cmdlet.</summary>
public static class Pages
{
    /// <summary>Writes all pages, and removes those of cmdlets that are gone.</summary>
    /// <param name="folder">Where to.</param>
    public static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        var pages = All();
        foreach (var old in Directory.GetFiles(folder, "*.md").Where(old => !pages.ContainsKey(Path.GetFileName(old))))
            File.Delete(old);
        foreach (var (name, text) in pages)
            File.WriteAllText(Path.Combine(folder, name), text);
    }

    /// <summary>The pages by the names of their files.</summary>
    public static IReadOnlyDictionary<string, string> All()
    {
        var all = Cmdlets.Read();
        var pages = all.ToDictionary(cmdlet => $"{cmdlet.Name}.md", Page);
        pages["README.md"] = Overview(all);
        return pages;
    }

    private static string Overview(IReadOnlyList<CmdletHelp> all)
    {
        var text = new StringBuilder("# Cmdlets\n\nMade of the documentation comments in `src/SwarmPS.Cmdlets`; `Get-Help NAME -Full` shows the same at a prompt.\n");
        foreach (var noun in all.GroupBy(cmdlet => cmdlet.Name.Split('-')[1]).OrderBy(noun => noun.Key, StringComparer.Ordinal))
        {
            text.Append($"\n## {noun.Key}\n\n| Cmdlet | |\n|---|---|\n");
            foreach (var cmdlet in noun)
                text.Append($"| [{cmdlet.Name}]({cmdlet.Name}.md) | {Cell(cmdlet.Synopsis)} |\n");
        }
        return text.ToString();
    }

    private static string Page(CmdletHelp cmdlet)
    {
        var text = new StringBuilder($"# {cmdlet.Name}\n\n{cmdlet.Synopsis.Marked}\n");
        foreach (var paragraph in cmdlet.Description)
            text.Append($"\n{paragraph.Marked}\n");
        text.Append("\n## Syntax\n\n```text\n");
        foreach (var set in cmdlet.ParameterSets)
            text.Append(Syntax(cmdlet, set)).Append('\n');
        text.Append("```\n\n## Examples\n");
        foreach (var example in cmdlet.Examples)
            text.Append($"\n```powershell\n{example.Code}\n```\n\n{example.Text.Marked}\n");
        text.Append("\n## Parameters\n");
        foreach (var parameter in cmdlet.Parameters)
            text.Append($"\n### -{parameter.Name}{(parameter.Type.Length > 0 ? $" `{parameter.Type}`" : "")}\n\n{parameter.Text.Marked}\n\n{Facts(parameter)}\n");
        text.Append("\n## Inputs\n\n").AppendJoin('\n', cmdlet.Inputs.Select(input => $"- {input.Name}: {input.Text.Marked}"));
        text.Append("\n\n## Outputs\n\n").AppendJoin('\n', cmdlet.Outputs.Select(output => $"- {output.Name}: {output.Text.Marked}"));
        text.Append("\n\n## Errors\n\n| Id | When |\n|---|---|\n").AppendJoin('\n', cmdlet.Errors.Select(error => $"| {error.Id} | {Cell(error.Text)} |"));
        if (cmdlet.Related.Count > 0)
            text.Append("\n\n## See also\n\n").AppendJoin(", ", cmdlet.Related.Select(name => $"[{name}]({name}.md)"));
        return text.Append('\n').ToString();
    }

    private static string Syntax(CmdletHelp cmdlet, string set) =>
        string.Join("\n    ", cmdlet.Parameters.Where(parameter => parameter.IsIn(set))
            .OrderBy(parameter => parameter.PlacingIn(set).Position ?? int.MaxValue)
            .ThenBy(parameter => !parameter.PlacingIn(set).IsMandatory)
            .Select(parameter => Word(parameter, parameter.PlacingIn(set))).Prepend(cmdlet.Name));

    private static string Word(ParameterHelp parameter, Placing placing)
    {
        var name = placing.Position is null ? $"-{parameter.Name}" : $"[-{parameter.Name}]";
        var word = parameter.Type.Length > 0 ? $"{name} <{parameter.Type}>" : name;
        return placing.IsMandatory ? word : $"[{word}]";
    }

    private static string Facts(ParameterHelp parameter)
    {
        List<string> facts = [];
        if (parameter.Unit is { } unit)
            facts.Add($"Unit: {unit.Marked}");
        facts.Add(parameter.Placing.IsMandatory ? "Must be given" : $"Default: {parameter.Default.Marked}");
        if (parameter.Placing.Position is { } position)
            facts.Add($"Position: {position + 1}");
        if (parameter.Aliases.Count > 0)
            facts.Add($"Aliases: {string.Join(", ", parameter.Aliases)}");
        if (parameter.HasWildcards)
            facts.Add("Wildcards: yes");
        return string.Join(". ", facts) + ".";
    }

    private static string Cell(Prose text) => text.Marked.Replace("|", "\\|", StringComparison.Ordinal);
}
